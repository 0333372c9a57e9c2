import { batch, derived, onEnd, type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Words } from '../config/config.ts';
import { copy } from '../config/own.ts';
import type { Trouble } from '../conversation/conversation.ts';
import { troubleFrom } from '../conversation/trouble.ts';
import type { PanelModel } from '../ui/panel-model.ts';
import { loadEmbedConfig, type ServerConfig } from './embed-config.ts';
import type { Parts } from './parts.ts';
import { createPeople, type People } from './people.ts';
import type { Visit } from './visit.ts';

/** What the components read, and who is behind it. */
export interface Panel {
  readonly model: PanelModel;
  readonly people: People;
  /** Begins to talk to the backend, open or not. */
  readonly begin: () => void;
}

export function createPanel(parts: Parts): Panel {
  const { events, isOpen, settings } = parts;
  const unread = signal(0);
  const setUnread = (count: number): void => {
    if (unread.peek() !== count) events.emit('unread', { count: (unread.value = count) });
  };
  const server = createServer(parts);
  const people = createPeople({
    ...parts,
    async isStrictlyBound() {
      await server.load();
      return server.config.peek()?.flags.strict_binding === true;
    },
    onChange: () => setUnread(0),
  });
  onEnd(events.on('messagereceived', () => isOpen.peek() || setUnread(unread.peek() + 1)));
  const begin = (): void => {
    people.start();
    void server.load();
  };
  const setOpen = (isOpenNow: boolean): void => {
    if (isOpen.peek() === isOpenNow) return;
    isOpen.value = isOpenNow;
    events.emit(isOpenNow ? 'open' : 'close', null);
    setUnread(0);
    if (isOpenNow) begin();
  };
  const model: PanelModel = {
    mode: settings.peek().mode,
    isOpen,
    config: server.config,
    conversation: derived(() => people.visit.value.conversation.value),
    identity: derived(() => describe(people.visit.value)),
    trouble: derived(() => people.visit.value.trouble.value ?? server.trouble.value),
    texts: derived(() => settings.value.texts),
    theme: derived(() => settings.value.theme),
    locale: derived(() => settings.value.locale),
    unread,
    extras: signal(null),
    open: () => setOpen(true),
    close: () => setOpen(false),
    newConversation: () => people.visit.peek().show(null),
    reconnect: begin,
  };
  return { model, people, begin };
}

function describe({ grant: { value: grant }, key: { value: key } }: Visit): PanelModel['identity']['value'] {
  if (grant === null || key === null) return null;
  return { ...grant.participant, instance: grant.instance, storage: key.storage };
}

interface Server {
  readonly config: ReadonlySignal<ServerConfig | null>;
  readonly trouble: ReadonlySignal<Trouble | null>;
  /** Once; again after trouble. */
  load(): Promise<void>;
}

function createServer({ settings, transport }: Parts): Server {
  const config = signal<ServerConfig | null>(null);
  const trouble = signal<Trouble | null>(null);
  let loading: Promise<void> | null = null;
  const load = async (): Promise<void> => {
    try {
      const loaded = await loadEmbedConfig(transport, settings.peek().embedKey);
      batch(() => {
        trouble.value = null;
        config.value = loaded;
        const { theme, texts } = settings.peek();
        settings.value = { ...settings.peek(), theme: copy(loaded.theme, theme) as Words, texts: copy(loaded.texts, texts) as Words };
      });
    } catch (error) {
      loading = null;
      trouble.value = troubleFrom(error);
    }
  };
  return { config, trouble, load: async () => (loading ??= load()) };
}
