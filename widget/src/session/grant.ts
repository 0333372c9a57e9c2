import { INSTANCE_KINDS, type InstanceRef, LEVELS, type MintResponse, type Participant } from '@familiar/protocol';
import { members, oneOf, or, positive, type Read, text } from '../config/own.ts';

const named = { id: text, name: or(text, undefined) };
const level = oneOf(...LEVELS);
const participant: Read<Participant> = members<Omit<Participant, 'picture'>>({ ...named, level });

export const parseParticipant = or(participant, null);

/** Reads the answer of a mint. Throws `SyntaxError` for anything that is not one. */
export const readGrant = members<MintResponse>({
  token: text,
  expires_in: positive,
  level,
  binding: oneOf('dpop', 'bearer'),
  participant,
  instance: members<InstanceRef>({ ...named, kind: oneOf(...INSTANCE_KINDS) }),
  limits: members<MintResponse['limits']>({ message_bytes: positive, queued_messages: positive }),
});
