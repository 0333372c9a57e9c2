import type { ClaimPreview, ClaimReceipt } from '@familiar/protocol';
import { own } from '../../config/own.ts';
import { Failure } from '../../session/failure.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (Number.isSafeInteger(value) ? Number(value) : 0);

/** The conversations of a `ClaimPreview`, newest first. */
export function readPreview(body: unknown): ClaimPreview['sessions'] {
  const list = own(body, 'sessions');
  if (!Array.isArray(list)) throw new Failure('internal_error');
  return list
    .map((entry: unknown) => ({
      id: text(own(entry, 'id')),
      title: text(own(entry, 'title')),
      message_count: count(own(entry, 'message_count')),
      updated_at: text(own(entry, 'updated_at')),
    }))
    .filter(({ id }) => id !== '')
    .sort((a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at));
}

export function readReceipt(body: unknown): ClaimReceipt {
  const id = text(own(body, 'id'));
  if (id === '') throw new Failure('internal_error');
  return {
    id,
    sessions: count(own(body, 'sessions')),
    messages: count(own(body, 'messages')),
    claimed_at: text(own(body, 'claimed_at')),
    undo_until: text(own(body, 'undo_until')),
    undone_at: text(own(body, 'undone_at')) || null,
  };
}
