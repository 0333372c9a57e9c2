import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { EmbedConfig } from '@familiar/protocol';
import type { Trouble } from '../conversation/conversation.ts';
import { troubleFrom } from '../conversation/trouble.ts';
import type { Vault } from '../identity/vault.ts';
import type { Transport } from '../session/transport.ts';
import type { PanelModel } from '../ui/panel-model.ts';
import { loadEmbedConfig } from './embed-config.ts';
import type { WidgetEvents } from './events.ts';
import { createPeople, type People } from './people.ts';
import type { Settings } from './settings.ts';
import type { Visit } from './visit.ts';

export interface PanelOptions {
  readonly settings: Settings;
  readonly transport: Transport;
  readonly vault: Vault;
  readonly events: WidgetEvents;
}

/** What the components read, and who is behind it. */
export interface Panel {
  readonly model: PanelModel;
  readonly people: People;
  /** Begins to talk to the backend, open or not. */
  begin(): void;
}

export function createPanel({ settings, transport, vault, events }: PanelOptions): Panel {
  const config = () => settings.config.peek();
  const isOpen = signal(false);
  const { unread, setUnread } = countUnread(events);
  const server = createServerConfig(transport, config().embedKey, settings);
  const people = createPeople({
    config,
    transport,
    vault,
    events,
    isStrictlyBound: () => server.config.peek()?.flags.strict_binding === true,
    onAnswer(messageId) {
      events.emit('messagereceived', { messageId });
      if (!isOpen.peek()) setUnread(unread.peek() + 1);
    },
    onChange: () => setUnread(0),
  });
  const begin = (): void => {
    people.start();
    server.load();
  };
  const model: PanelModel = {
    mode: config().mode,
    isOpen,
    config: server.config,
    conversation: computed(() => people.visit.value.conversation.value),
    identity: computed(() => describe(people.visit.value)),
    trouble: computed(() => people.visit.value.trouble.value ?? server.trouble.value),
    texts: computed(() => settings.config.value.texts),
    theme: computed(() => settings.config.value.theme),
    locale: computed(() => settings.config.value.locale),
    unread,
    open() {
      if (isOpen.peek()) return;
      isOpen.value = true;
      setUnread(0);
      begin();
      events.emit('open', null);
    },
    close() {
      if (!isOpen.peek()) return;
      isOpen.value = false;
      events.emit('close', null);
    },
    newConversation: () => people.visit.peek().newConversation(),
    reconnect: begin,
  };
  return { model, people, begin };
}

function countUnread(events: WidgetEvents): { readonly unread: ReadonlySignal<number>; readonly setUnread: (count: number) => void } {
  const unread = signal(0);
  const setUnread = (count: number): void => {
    if (unread.peek() === count) return;
    unread.value = count;
    events.emit('unread', { count });
  };
  return { unread, setUnread };
}

function describe({ grant: { value: grant }, key: { value: key } }: Visit): PanelModel['identity']['value'] {
  if (grant === null || key === null) return null;
  const { level, id, name } = grant.participant;
  return { level, id, name: name ?? null, instance: grant.instance, storage: key.storage };
}

interface ServerConfig {
  readonly config: ReadonlySignal<EmbedConfig | null>;
  readonly trouble: ReadonlySignal<Trouble | null>;
  /** Once; again after trouble. */
  load(): void;
}

function createServerConfig(transport: Transport, embedKey: string, settings: Settings): ServerConfig {
  const config = signal<EmbedConfig | null>(null);
  const trouble = signal<Trouble | null>(null);
  let isLoading = false;
  const load = async (): Promise<void> => {
    if (isLoading || config.peek() !== null) return;
    isLoading = true;
    try {
      const loaded = await loadEmbedConfig(transport, embedKey);
      batch(() => {
        trouble.value = null;
        config.value = loaded;
        settings.setServer({ theme: loaded.theme, texts: loaded.texts });
      });
    } catch (error) {
      trouble.value = troubleFrom(error);
    } finally {
      isLoading = false;
    }
  };
  return { config, trouble, load: () => void load() };
}
