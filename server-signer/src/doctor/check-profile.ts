import { parseId } from '@familiar/protocol';
import { TEXTS, UNPRINTABLE } from '../claims.ts';
import type { Finding } from './finding.ts';
import type { Json } from './read-token.ts';

/** The first optional claim that a backend would not read, or `null`. Source: contract §3. */
export function checkProfile(payload: Json): Finding | null {
  const empty = [...Object.keys(TEXTS), 'attributes', 'auth_time', 'amr'].find((claim) => payload[claim] === null);
  if (empty !== undefined) return malformed(`${empty} is null: leave out what is empty`);
  return checkInstance(payload['instance']) ?? checkTexts(payload) ?? checkFacts(payload);
}

function checkInstance(instance: unknown): Finding | null {
  const parsed = instance === undefined ? { kind: 'id' as const } : parseId(instance);
  return parsed.kind === 'refused' ? malformed(`instance: ${parsed.detail}`) : null;
}

function checkTexts(payload: Json): Finding | null {
  for (const [claim, max] of Object.entries(TEXTS)) {
    const value = payload[claim] ?? '';
    if (typeof value !== 'string' || value.length > max || UNPRINTABLE.test(value))
      return malformed(`${claim} is not a string of at most ${max} characters without control characters`);
  }
  return null;
}

function checkFacts({ attributes = {}, auth_time: authTime = 0, amr = [] }: Json): Finding | null {
  if (typeof attributes !== 'object' || Array.isArray(attributes))
    return malformed(`attributes is not a JSON object${isEmptyList(attributes) ? ': some languages write an empty one as a list' : ''}`);
  if (!Number.isSafeInteger(authTime) || Number(authTime) < 0) return malformed('auth_time is not a whole number of seconds since 1970');
  const isList = Array.isArray(amr) && amr.length <= 16 && amr.every((method) => typeof method === 'string');
  return isList ? null : malformed('amr is not a list of at most 16 strings');
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function malformed(detail: string): Finding {
  return { code: 'token_malformed', detail };
}
