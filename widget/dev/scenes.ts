import { type Signal, signal } from '../src/reactive/signal.ts';
import { addExtras } from './extra-scenes.ts';
import type { ChatMessage, Conversation, Trouble } from '../src/conversation/conversation.ts';
import { createLauncher } from '../src/ui/launcher.ts';
import { showState } from '../src/ui/launcher-state.ts';
import type { PanelModel } from '../src/ui/panel-model.ts';
import { renderPanel } from '../src/ui/panel.ts';

/** Shows the panel on a made-up model, one scene at a time, without a backend: `npx vite widget/dev`. */
const asked = new URLSearchParams(location.search);
const scene = asked.get('scene') ?? 'empty';
const LONG = `## Delivery times

We ship from **Ghent** every working day before *16:00*. See [our shipping page](/shipping) or [the carrier](https://bpost.example/track).

| Where to | How long | Price |
| --- | :---: | ---: |
| Belgium | 1 day | €4.50 |
| Netherlands | 2 days | €6.00 |
| Rest of the EU | 3–5 days | €9.00 |

1. Open your order
2. Choose **Track**
   - the link works for 30 days
   - so does the \`tracking_id\`

\`\`\`js
const order = await shop.orders.get('1042');
console.log(order.status); // "on its way"
\`\`\`

> Plants travel in paper, never in plastic.

![Parcel](https://images.example/parcel.png)`;

const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;
let count = 0;
function user(text: string, state: 'sent' | 'failed' | 'queued' = 'sent', minutes = 2): ChatMessage {
  count += 1;
  return {
    kind: 'user',
    id: `m${count}`,
    text: signal(text),
    author: null,
    isMine: true,
    createdAt: minutesAgo(minutes),
    state: signal(state),
  };
}
function answer(text: string, state: 'complete' | 'streaming' | 'interrupted' = 'complete', minutes = 2): ChatMessage & { kind: 'answer' } {
  count += 1;
  return {
    kind: 'answer',
    id: `m${count}`,
    author: null,
    isMine: false,
    text: signal(text),
    createdAt: minutesAgo(minutes),
    state: signal(state),
  };
}

const streaming = answer(LONG.slice(0, 150), 'streaming', 0);
const SCENES: Record<string, ChatMessage[]> = {
  empty: [],
  chat: [
    user('Hi! My name is Mara.', 'sent', 40),
    answer('Nice to meet you, **Mara**. I will remember that. What can I do for you?', 'complete', 40),
    user('Do you ship to Belgium?'),
    user('And how long does it take?'),
    answer('Yes. To Belgium it takes **one working day** and costs €4.50. There is more on [Shipping](/shipping).'),
  ],
  long: [user('How does delivery work?'), answer(LONG)],
  streaming: [user('How does delivery work?', 'sent', 0), streaming],
  thinking: [user('How does delivery work?', 'sent', 0)],
  trouble: [user('Do you ship to Belgium?'), answer('Yes, to Belgium it takes', 'interrupted')],
  failed: [user('Do you ship to Belgium?', 'failed', 1), user('Hello?', 'queued', 1)],
  rtl: [user('هل توصلون إلى بلجيكا؟'), answer('نعم، يستغرق التوصيل **يوم عمل واحد**.\n\n- السعر 4.50\n- التتبع متاح')],
};

const chat = SCENES['chat'] ?? [];
function guest(text: string, level: 'verified' | 'soft' | 'anonymous'): ChatMessage {
  const author = { level, id: text, name: level === 'soft' ? 'Ben' : 'Ann' };
  return { kind: 'user', id: text, text: signal(text), author, isMine: false, createdAt: minutesAgo(9), state: signal('sent') };
}
for (const name of ['claim', 'receipt', 'stepup', 'stepupfailed', 'debug']) SCENES[name] = chat;
SCENES['before'] = [guest('Do you ship to Belgium?', 'anonymous'), ...chat.slice(4)];
SCENES['shared'] = [guest('Shall we order the ferns?', 'verified'), guest('Yes, two of them.', 'soft'), user('I will ask.')];

const draft = signal('');
const messages: Signal<readonly ChatMessage[]> = signal(SCENES[scene] ?? []);
const trouble: Trouble | null = scene === 'trouble' ? { code: 'offline', mend: 'retry' } : null;
const conversation: Conversation = {
  messages,
  phase: signal(scene === 'streaming' || scene === 'thinking' ? 'answering' : 'idle'),
  activity: signal(scene === 'thinking' ? 'search_pages' : null),
  trouble: signal(trouble),
  earlier: signal(scene === 'chat' ? 'cursor' : null),
  interrupts: signal([]),
  resume() {},
  draft,
  setDraft: (text) => (draft.value = text),
  send(text) {
    messages.value = [...messages.value, user(text)];
    draft.value = '';
  },
  stop() {},
  retry() {},
  loadEarlier() {},
  dispose() {},
};

const isOpen = signal(asked.get('open') !== '0');
const mode = asked.get('mode') === 'inline' ? 'inline' : asked.get('mode') === 'page' ? 'page' : 'launcher';
const model: PanelModel = {
  mode,
  isOpen,
  config: signal({
    agent: 'fern/guide',
    name: 'Fern',
    greeting: 'Hello! I am Fern. Ask me about plants, orders and delivery.',
    suggestions: ['How long does delivery take?', 'Which plants like shade?', 'Can I return a plant?'],
    badge: 'Offline demo, no language model',
    theme: {},
    texts: {},
    flags: { soft_ids: 'shared', claim: 'ask', strict_binding: false, image_origins: [] },
  }),
  conversation: signal(conversation),
  identity: signal({
    level: scene === 'before' ? 'verified' : 'anonymous',
    id: null,
    name: null,
    instance: scene === 'shared' ? { id: 'i', kind: 'shared', name: 'Garden club' } : null,
    storage: 'durable',
  }),
  trouble: signal(null),
  settings: signal({
    texts: {},
    theme: {
      ...(asked.has('theme') ? { mode: asked.get('theme') ?? '' } : {}),
      ...(asked.has('accent') ? { accent: asked.get('accent') ?? '' } : {}),
    },
    locale: scene === 'rtl' ? 'ar' : 'en',
  }),
  unread: signal(2),
  extras: signal(null),
  open: () => (isOpen.value = true),
  toggle: () => (isOpen.value = !isOpen.value),
  close: () => (isOpen.value = false),
  newConversation: () => (messages.value = []),
  reconnect() {},
};

const host = document.createElement('familiar-chat');
if (scene === 'rtl') document.documentElement.dir = 'rtl';
document.body.append(host);
const root = host.attachShadow({ mode: 'open' });
if (mode === 'launcher') {
  const launcher = createLauncher({ root, label: 'Open chat', onToggle: model.toggle });
  showState(launcher, model);
}
if (/^(claim|receipt|stepup|stepupfailed|shared|before|debug)$/.test(scene)) addExtras(model, scene);
renderPanel({ model, root });
