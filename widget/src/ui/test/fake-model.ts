import { derived, type Signal, signal } from '../../reactive/signal.ts';
import type { EmbedConfig } from '@familiar/protocol';
import type { AnswerState, ChatMessage, Conversation, ConversationPhase, SendState, Trouble } from '../../conversation/conversation.ts';
import type { PanelModel } from '../panel-model.ts';

/** A model made by hand: signals that a test turns, and a list of the actions that were called. */
export function createFakeModel(mode: PanelModel['mode'] = 'launcher') {
  const calls: string[] = [];
  const call =
    (name: string) =>
    (text?: string): void => {
      calls.push(text === undefined ? name : `${name} ${text}`);
    };
  const isOpen = signal(false);
  const unread = signal(0);
  const messages: Signal<readonly ChatMessage[]> = signal([]);
  const phase = signal<ConversationPhase>('idle');
  const activity = signal<string | null>(null);
  const draft = signal('');
  const trouble = signal<Trouble | null>(null);
  const wholeTrouble = signal<Trouble | null>(null);
  const texts = signal<Readonly<Record<string, string>>>({});
  const theme = signal<Readonly<Record<string, string>>>({});
  const locale = signal('en');
  const identity: Signal<PanelModel['identity']['value']> = signal({
    level: 'anonymous',
    id: null,
    name: null,
    instance: null,
    storage: 'durable',
  });
  const conversation: Signal<Conversation | null> = signal({
    messages,
    phase,
    activity,
    trouble,
    earlier: signal(null),
    interrupts: signal([]),
    draft,
    setDraft: (text: string) => (draft.value = text),
    send(text: string) {
      call('send')(text);
      draft.value = '';
    },
    stop: call('stop'),
    retry: call('retry'),
    loadEarlier: call('loadEarlier'),
    resume: (entries) => call('resume')(JSON.stringify(entries)),
    dispose: call('dispose'),
  });
  const model: PanelModel = {
    mode,
    isOpen,
    config: signal<EmbedConfig | null>({
      agent: 'fern/guide',
      name: 'Fern',
      greeting: 'Hello from Fern',
      suggestions: ['How long does delivery take?'],
      badge: 'Offline demo',
      theme: {},
      texts: {},
      flags: { soft_ids: 'shared', claim: 'ask', strict_binding: false, image_origins: [] },
    }),
    conversation,
    identity,
    trouble: wholeTrouble,
    settings: derived(() => ({ texts: texts.value, theme: theme.value, locale: locale.value })),
    unread,
    extras: signal(null),
    open: () => (isOpen.value = true),
    toggle: () => (isOpen.value = !isOpen.peek()),
    close() {
      call('close')();
      isOpen.value = false;
    },
    newConversation: call('newConversation'),
    reconnect: call('reconnect'),
  };
  return {
    model,
    calls,
    isOpen,
    unread,
    messages,
    phase,
    activity,
    draft,
    trouble,
    wholeTrouble,
    texts,
    theme,
    locale,
    identity,
    conversation,
  };
}

let count = 0;

export function fakeUser(text: string, state: SendState = 'sent'): ChatMessage {
  count += 1;
  return {
    kind: 'user',
    id: `u${count}`,
    text: signal(text),
    author: null,
    isMine: true,
    createdAt: Date.now(),
    state: signal(state),
  };
}

export function fakeAnswer(text: string, state: AnswerState = 'complete') {
  count += 1;
  return {
    kind: 'answer' as const,
    id: `a${count}`,
    author: null,
    isMine: false,
    text: signal(text),
    createdAt: Date.now(),
    state: signal(state),
  };
}
