import { batch, derived, type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { EmbedConfig } from '@familiar/protocol';
import type { Trouble } from '../conversation/conversation.ts';
import { troubleFrom } from '../conversation/trouble.ts';
import type { Warn } from '../config/warn.ts';
import { openTabs, type Tabs } from '../identity/tabs.ts';
import { openVault } from '../identity/vault.ts';
import { createTokenShare } from '../session/token-share.ts';
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
  readonly events: WidgetEvents;
  readonly warn: Warn;
}

/** What the components read, and who is behind it. */
export interface Panel {
  readonly model: PanelModel;
  readonly people: People;
  readonly tabs: Tabs;
  /** Begins to talk to the backend, open or not. */
  begin(): void;
}

export function createPanel({ settings, transport, events, warn }: PanelOptions): Panel {
  const config = () => settings.config.peek();
  const { agent, embedKey, mode } = config();
  const tabs = openTabs(agent);
  const isOpen = signal(false);
  const { unread, clearUnread, onAnswer } = countUnread(events, isOpen);
  const server = createServerConfig(transport, embedKey, settings);
  const people = createPeople({
    config,
    transport,
    events,
    tabs,
    warn,
    isOnScreen: isOpen,
    vault: openVault(agent, transport.clock),
    share: createTokenShare(agent, tabs, transport.clock),
    isStrictlyBound: server.isStrictlyBound,
    onAnswer,
    onChange: clearUnread,
  });
  const begin = (): void => {
    people.start();
    void server.load();
  };
  const setOpen = (isOpenNow: boolean): void => {
    if (isOpen.peek() === isOpenNow) return;
    isOpen.value = isOpenNow;
    events.emit(isOpenNow ? 'open' : 'close', null);
    clearUnread();
    if (isOpenNow) begin();
  };
  const model: PanelModel = {
    mode,
    isOpen,
    config: server.config,
    conversation: derived(() => people.visit.value.conversation.value),
    identity: derived(() => describe(people.visit.value)),
    trouble: derived(() => people.visit.value.trouble.value ?? server.trouble.value),
    ...looksOf(settings),
    unread,
    extras: signal(null),
    open: () => setOpen(true),
    close: () => setOpen(false),
    newConversation: () => people.visit.peek().show(null),
    reconnect: begin,
  };
  return { model, people, tabs, begin };
}

function looksOf({ config }: Settings): Pick<PanelModel, 'texts' | 'theme' | 'locale'> {
  return {
    texts: derived(() => config.value.texts),
    theme: derived(() => config.value.theme),
    locale: derived(() => config.value.locale),
  };
}

interface Unread {
  readonly unread: ReadonlySignal<number>;
  readonly clearUnread: () => void;
  readonly onAnswer: (messageId: string) => void;
}

function countUnread(events: WidgetEvents, isOpen: ReadonlySignal<boolean>): Unread {
  const unread = signal(0);
  const set = (count: number): void => {
    if (unread.peek() === count) return;
    unread.value = count;
    events.emit('unread', { count });
  };
  return {
    unread,
    clearUnread: () => set(0),
    onAnswer(messageId) {
      events.emit('messagereceived', { messageId });
      if (!isOpen.peek()) set(unread.peek() + 1);
    },
  };
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
  load(): Promise<void>;
  readonly isStrictlyBound: () => Promise<boolean>;
}

function createServerConfig(transport: Transport, embedKey: string, settings: Settings): ServerConfig {
  const config = signal<EmbedConfig | null>(null);
  const trouble = signal<Trouble | null>(null);
  let loading: Promise<void> | null = null;
  const load = async (): Promise<void> => {
    if (config.peek() !== null) return;
    try {
      const loaded = await loadEmbedConfig(transport, embedKey);
      batch(() => {
        trouble.value = null;
        config.value = loaded;
        settings.setServer({ theme: loaded.theme, texts: loaded.texts });
      });
    } catch (error) {
      trouble.value = troubleFrom(error);
    }
  };
  const loadOnce = async (): Promise<void> => (loading ??= load().finally(() => (loading = null)));
  return {
    config,
    trouble,
    load: loadOnce,
    async isStrictlyBound() {
      if (config.peek() === null) await loadOnce();
      return config.peek()?.flags.strict_binding === true;
    },
  };
}
