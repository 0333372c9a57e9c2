import { type ErrorCode, findJsonTrap } from '@familiar/protocol';
import { IdentityError } from './identity-error.ts';

const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const KID = /^[A-Za-z0-9_-]{1,64}$/;

/** Members of a JSON object, without a prototype to fall through to. */
export type JsonMembers = ReadonlyMap<string, unknown>;

/** A well-formed token, not yet verified. */
export interface CompactJwt {
  readonly token: string;
  readonly header: JsonMembers;
  readonly payload: JsonMembers;
}

export interface JwtForm {
  /** Which problem a malformed token is. */
  readonly code: ErrorCode;
  readonly maxCharacters: number;
  /** The only members that the header may have. */
  readonly headerMembers: readonly string[];
}

const IDENTITY_FORM: JwtForm = { code: 'token_malformed', maxCharacters: 4096, headerMembers: ['alg', 'typ', 'kid'] };

/**
 * The strict form of a JWT, before any cryptography: a string of bounded length, three base64url parts that each equal their
 * own re-encoding, header and payload JSON objects in valid UTF-8 without doubled keys, and no unexpected header member.
 * Throws `IdentityError` with `form.code`. Source: contract §3, RFC 8725 and its successor's "check JWT format type".
 */
export function parseCompactJwt(token: unknown, form: JwtForm = IDENTITY_FORM): CompactJwt {
  const refuse = (detail: string) => new IdentityError(form.code, detail);
  if (typeof token !== 'string') throw refuse('The token is not a string. Send the compact JWT as it was signed.');
  if (token.length > form.maxCharacters) {
    throw refuse(`The token has ${token.length} characters; ${form.maxCharacters} is the limit. Sign fewer attributes.`);
  }
  const parts = COMPACT.exec(token)?.slice(1);
  if (parts === undefined || parts.some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part)) {
    throw refuse('The token is not three canonical base64url parts. Send it unpadded and unspaced, exactly as it was signed.');
  }
  const [header, payload] = parts.slice(0, 2).map((part) => parseObject(part));
  if (header === undefined || header === null) throw refuse('The header is not a JSON object in UTF-8 without doubled keys.');
  if (payload === undefined || payload === null) throw refuse('The payload is not a JSON object in UTF-8 without doubled keys.');
  checkHeader(header, form);
  return { token, header, payload };
}

function checkHeader(header: JsonMembers, form: JwtForm): void {
  if ([...header.keys()].some((name) => !form.headerMembers.includes(name))) {
    throw new IdentityError(form.code, `The header may only have ${form.headerMembers.join(', ')}. Leave the others out.`);
  }
  const kid = header.get('kid');
  if (header.has('kid') && !(typeof kid === 'string' && KID.test(kid))) {
    throw new IdentityError(form.code, 'The kid is not 1 to 64 characters of A–Z, a–z, 0–9, "_" and "-". Rename the key.');
  }
  if (typeof header.get('alg') !== 'string') throw new IdentityError(form.code, 'The header has no alg that is a string.');
}

function parseObject(part: string): JsonMembers | null {
  let json: string;
  let value: unknown;
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(part, 'base64url'));
    value = JSON.parse(json);
  } catch {
    // Neither UTF-8 nor JSON: the caller says so.
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return findJsonTrap(json) === null ? new Map(Object.entries(value)) : null;
}
