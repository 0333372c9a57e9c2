import { derived, effect, onEnd, signal } from '../reactive/signal.ts';
import { MAX_ATTEMPTS, retryDelayMs } from '../stream/backoff.ts';
import type { PanelModel } from '../ui/panel-model.ts';
import { listen } from './listen.ts';
import { createServer } from './embed-config.ts';
import type { Parts } from './parts.ts';
import { createPeople, type People } from './people.ts';
import type { Visit } from './visit.ts';

/** With what the components read, and who is behind it. */
export interface Panel extends Parts {
  readonly model: PanelModel;
  readonly people: People;
}

export function createPanel(parts: Parts): Panel {
  const { events, isOpen, settings } = parts;
  const unread = signal(0);
  const setUnread = (count: number): void => {
    if (unread.peek() !== count) events.emit('unread', { count: (unread.value = count) });
  };
  const { config, isStrictlyBound } = createServer(parts);
  const people = createPeople({ ...parts, isStrictlyBound });
  const { ask, start, visit } = people;
  effect(() => {
    void visit.value;
    setUnread(0);
  });
  onEnd(events.on('messagereceived', () => isOpen.peek() || setUnread(unread.peek() + 1)));
  const setOpen = (isOpenNow: boolean): void => {
    if (isOpen.peek() === isOpenNow) return;
    isOpen.value = isOpenNow;
    events.emit(isOpenNow ? 'open' : 'close', null);
    setUnread(0);
    if (isOpenNow) start();
  };
  const model: PanelModel = {
    mode: settings.peek().mode,
    isOpen,
    config,
    conversation: derived(() => visit.value.conversation.value),
    identity: derived(() => describe(visit.value)),
    trouble: derived(() => visit.value.trouble.value),
    settings,
    unread,
    extras: signal(null),
    open: () => setOpen(true),
    toggle: () => setOpen(!isOpen.peek()),
    close: () => setOpen(false),
    newConversation: () => ask(() => visit.peek().show(null)),
    reconnect: start,
  };
  seekNetwork(parts, model.trouble, start);
  return { ...parts, model, people };
}

/** Where the network was away: tries again at once when it is back, and now and then while the panel is open. */
function seekNetwork({ clock, isOpen, random }: Parts, trouble: PanelModel['trouble'], start: () => void): void {
  let attempt = 0;
  effect(() => {
    const isAway = /^(network_error|timeout)$/.test(trouble.value?.code ?? '');
    if (isAway) listen(['online'], start);
    if (isAway && isOpen.value && attempt < MAX_ATTEMPTS) onEnd(clock.after(retryDelayMs(attempt, random), start));
    attempt = isAway ? attempt + 1 : 0;
  });
}

function describe({ grant: { value: grant }, key: { value: key } }: Visit): PanelModel['identity']['value'] {
  return grant && key && { ...grant.participant, instance: grant.instance, storage: key.storage };
}
