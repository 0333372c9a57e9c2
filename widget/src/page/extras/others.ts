import type { Participant } from '@familiar/protocol';
import { effect, type ReadonlySignal, signal } from '../../reactive/signal.ts';
import { own } from '../../config/own.ts';
import { parseParticipant } from '../../session/grant.ts';
import type { People } from '../people.ts';
import type { Visit } from '../visit.ts';

/** Who else takes part in the shared instance. Looked up once for a visit, and again when somebody unknown writes. */
export function watchOthers(people: People): { readonly names: ReadonlySignal<readonly Participant[]>; dispose(): void } {
  const names = signal<readonly Participant[]>([]);
  let shown: Visit | null = null;
  let known = new Set<string>();
  const load = async (visit: Visit): Promise<void> => {
    try {
      const list = own(await visit.session.json('/v1/instance'), 'participants');
      const all = Array.isArray(list) ? list.map(parseParticipant).filter((each) => each !== null) : [];
      if (visit !== people.visit.peek()) return;
      const me = nameOf(visit.grant.peek()?.participant ?? null);
      for (const each of all) known.add(nameOf(each));
      names.value = all.filter((each) => nameOf(each) !== me);
    } catch {
      // The line says less; whoever writes next brings another try.
    }
  };
  const dispose = effect(() => {
    const visit = people.visit.value;
    const grant = visit.grant.value;
    const messages = visit.conversation.value?.messages.value ?? [];
    if (shown !== visit) {
      shown = visit;
      known = new Set();
      names.value = [];
    }
    if (grant?.instance.kind !== 'shared') return;
    const authors = messages.map((message) => (message.kind === 'user' ? message.author : null)).filter((author) => author !== null);
    const unknown = [grant.participant, ...authors].map(nameOf).filter((name) => !known.has(name));
    if (unknown.length === 0) return;
    for (const name of unknown) known.add(name);
    void load(visit);
  });
  return { names, dispose };
}

function nameOf(participant: Participant | null): string {
  return JSON.stringify([participant?.level, participant?.id]);
}
