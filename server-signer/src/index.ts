export type { IdentityClaims } from './claims.ts';
export { SignerError, type SignerErrorCode } from './errors.ts';
export { type GeneratedKey, type GenerateOptions, generateSigningKey } from './generate-signing-key.ts';
export { fastifyTokenHandler } from './handlers/fastify-token-handler.ts';
export { nodeTokenHandler } from './handlers/node-token-handler.ts';
export { tokenHandler } from './handlers/token-handler.ts';
export type { SignedInUser, TokenHandlerOptions } from './handlers/answer.ts';
export { createSigner, type Signer, type SignerOptions, signIdentityToken } from './signer.ts';
export type { SigningAlgorithm, SigningJwk } from './signing-key.ts';
