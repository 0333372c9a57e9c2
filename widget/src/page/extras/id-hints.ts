import { effect } from '../../reactive/signal.ts';
import type { MintResponse } from '@familiar/protocol';
import { base64url } from '../../identity/random.ts';
import type { Panel } from '../panel.ts';

/** A soft id opens its conversation to everybody who can guess it (contract R9): short, or a number with a prefix at most. */
const GUESSABLE = /^.{0,7}$|^[A-Za-z]{0,8}[-_.:]?\d{1,12}$/;
const EMAIL = /^[^@]+@[^@]+\.[^@]+$/;
/** So many loads in a row, each with another id, are no coincidence. */
const LOADS = 3;

const CHANGES = `The id was another one at each of the last ${LOADS} loads, so nothing is remembered. Pass the same id for the same user, or none.`;

/** Warns in development, once each, about ids that will hurt later. Returns its undo. */
export function watchIds(options: Panel): () => void {
  const { model, people, settings } = options;
  if (!settings.peek().debug && !isLocal(location.hostname)) return () => undefined;
  const said = new Set<string>();
  const warn = (sentence: string): void => {
    if (said.has(sentence)) return;
    said.add(sentence);
    // oxlint-disable-next-line no-console -- the developer of the page has no other place to look
    console.warn(`[familiar] ${sentence}`);
  };
  let isNoted = false;
  return effect(() => {
    const grant = people.visit.value.grant.value;
    if (grant?.level === 'anonymous') forgetLoads(options);
    if (grant === null || !model.isOpen.value || !isGiven(grant)) return;
    const { level, id } = grant.participant;
    if (EMAIL.test(id))
      warn(`An e-mail address is used as the id (${level}). It changes and is known to others: use the user's own, stable id.`);
    else if (level === 'soft' && GUESSABLE.test(id))
      warn(
        'This userId can be guessed, and a soft id opens the same conversation for everybody who knows it. Sign an identity token, or use a long random id.',
      );
    if (isNoted || people.visit.value.key.value?.storage !== 'durable') return;
    isNoted = true;
    void differsAtEveryLoad(options, grant).then((differs) => differs && warn(CHANGES));
  });
}

function isLocal(hostname: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(hostname);
}

/** Only what the page chose can be mended by the page. */
function isGiven({ level }: MintResponse): boolean {
  return level === 'soft' || level === 'verified';
}

/** In the vault, so that it is wiped with all else of whoever was here. */
const LAST_IDS = 'lastIds';
/** The next verified user wipes the vault. What is kept past that names nobody: 12 bits a load, in this tab, until a sign-out. */
const lastVerified = ({ settings }: Panel): string => `familiar:${settings.peek().agent}:loads`;
const FEW_BITS = 2;

function forgetLoads(options: Panel): void {
  try {
    sessionStorage.removeItem(lastVerified(options));
  } catch {
    // Blocked storage: nothing was kept there.
  }
}

/** Keeps a short hash for each of the last loads, in development only. */
async function differsAtEveryLoad(options: Panel, { participant: { id, level } }: MintResponse): Promise<boolean> {
  const { people, vault } = options;
  const visit = people.visit.peek();
  try {
    const hashed = await hash(id);
    // Gone meanwhile: what was wiped stays so.
    if (visit !== people.visit.peek()) return false;
    const add = (old: unknown, text: string): unknown[] => [...(Array.isArray(old) ? old : []), text].slice(-LOADS);
    let last: unknown[] = [];
    if (level === 'verified') {
      last = add(JSON.parse(sessionStorage.getItem(lastVerified(options)) ?? '[]'), hashed.slice(0, FEW_BITS));
      sessionStorage.setItem(lastVerified(options), JSON.stringify(last));
    } else await vault.update(LAST_IDS, (old) => (last = add(old, hashed)));
    return new Set(last).size === LOADS;
  } catch {
    // Blocked storage, or a page without WebCrypto: then nothing can be said.
    return false;
  }
}

async function hash(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return base64url(bytes.subarray(0, 9));
}
