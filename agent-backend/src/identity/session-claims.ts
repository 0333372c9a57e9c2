import { INSTANCE_KINDS, LEVELS } from '@familiar/protocol';
import { z } from 'zod';
import { withoutUndefined } from './identity-claims.ts';
import type { ParticipantPrincipal } from './principal.ts';

const seconds = z.int().nonnegative();
const members = z.record(z.string(), z.unknown());

/** Payload of a session token. Ours alone: what does not fit was not made by us. */
const PAYLOAD = z.strictObject({
  aud: z.string(),
  jti: z.string().min(1),
  iat: seconds,
  exp: seconds,
  lvl: z.enum(LEVELS),
  sub: z.string().min(1),
  name: z.string().optional(),
  picture: z.string().optional(),
  inst: z.string().startsWith('inst_'),
  ikind: z.enum(INSTANCE_KINDS),
  iname: z.string().optional(),
  ek: z.string(),
  bnd: z.enum(['dpop', 'bearer']),
  /** RFC 9449 §6.1, with a proven key. */
  cnf: z.strictObject({ jkt: z.string() }).optional(),
  /** With a bearer secret: its hash. */
  hld: z.string().optional(),
  ik: z.string().optional(),
  auth_time: seconds.optional(),
  amr: z.array(z.string()).optional(),
  acr: z.string().optional(),
  /** Attributes: signed by the customer, and claimed by the page. */
  sat: members.optional(),
  cat: members.optional(),
});

export type SessionPayload = z.infer<typeof PAYLOAD>;

/** What a session token is made from: the principal that it will resolve to, but for its id and times. */
export type PrincipalParts = Omit<ParticipantPrincipal, 'kind' | 'tokenId' | 'expiresAtMs'>;

export interface TokenStamp {
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

/** Principal → payload. */
export function toSessionPayload(parts: PrincipalParts, stamp: TokenStamp): SessionPayload {
  return withoutUndefined({
    ...stamp,
    aud: parts.agent,
    lvl: parts.participant.level,
    sub: parts.participant.id,
    name: parts.participant.name,
    picture: parts.participant.picture,
    inst: parts.instance.id,
    ikind: parts.instance.kind,
    iname: parts.instance.name,
    ek: parts.embedKey,
    bnd: parts.binding,
    cnf: parts.binding === 'dpop' ? { jkt: parts.holder } : undefined,
    hld: parts.binding === 'bearer' ? parts.holder : undefined,
    ik: parts.identityKey ?? undefined,
    auth_time: parts.stepUp?.authTime,
    amr: parts.stepUp?.amr === undefined ? undefined : [...parts.stepUp.amr],
    acr: parts.stepUp?.acr,
    sat: parts.attributes?.signed,
    cat: parts.attributes?.claimed,
  });
}

/** Payload → principal; `null` if we would not have written it. */
export function fromSessionPayload(value: unknown): ParticipantPrincipal | null {
  const parsed = PAYLOAD.safeParse(value);
  if (!parsed.success) return null;
  const claims = parsed.data;
  const holder = claims.bnd === 'dpop' ? claims.cnf?.jkt : claims.hld;
  if (holder === undefined) return null;
  const stepUp = withoutUndefined({ authTime: claims.auth_time, amr: claims.amr, acr: claims.acr });
  const attributes = withoutUndefined({ signed: claims.sat, claimed: claims.cat });
  return {
    kind: 'participant',
    agent: claims.aud,
    participant: withoutUndefined({ level: claims.lvl, id: claims.sub, name: claims.name, picture: claims.picture }),
    instance: withoutUndefined({ id: claims.inst, kind: claims.ikind, name: claims.iname }),
    tokenId: claims.jti,
    expiresAtMs: claims.exp * 1000,
    embedKey: claims.ek,
    binding: claims.bnd,
    holder,
    identityKey: claims.ik ?? null,
    ...(Object.keys(stepUp).length > 0 && { stepUp }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}
