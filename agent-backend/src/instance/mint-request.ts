import { IdentityError } from '../identity/identity-error.ts';

/**
 * Body of a mint after a first look: `embed_key` is a string, the rest is still as it came.
 * `undefined` means that the member was absent; `null` and `""` are present (R6).
 */
export interface MintBody {
  readonly embedKey: string;
  readonly userId: unknown;
  readonly identityToken: unknown;
  readonly anonymousSecret: unknown;
  readonly instance: unknown;
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
}

/** They ride in the session token, which has to fit into a header. */
const MAX_ATTRIBUTES_BYTES = 1024;

/** Reads `POST /v1/embed/session-tokens`. Unknown members are ignored. Throws `IdentityError` `malformed_body`. */
export function parseMintBody(body: unknown): MintBody {
  if (!isObject(body)) throw new IdentityError('malformed_body', 'The body is not a JSON object.');
  const member = (name: string) => (Object.hasOwn(body, name) ? body[name] : undefined);
  const embedKey = member('embed_key');
  if (typeof embedKey !== 'string') throw new IdentityError('malformed_body', 'embed_key is missing. It is the "pk_…" of the page.');
  return {
    embedKey,
    userId: member('user_id'),
    identityToken: member('identity_token'),
    anonymousSecret: member('anonymous_secret'),
    instance: member('instance'),
    attributes: parseAttributes(member('attributes')),
  };
}

function parseAttributes(value: unknown): MintBody['attributes'] {
  if (value === undefined) return undefined;
  if (isObject(value) && Buffer.byteLength(JSON.stringify(value)) <= MAX_ATTRIBUTES_BYTES) return value;
  throw new IdentityError('malformed_body', `attributes is an object of at most ${MAX_ATTRIBUTES_BYTES} bytes of JSON.`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
