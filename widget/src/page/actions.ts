import { effect } from '@preact/signals';
import type { Warn } from '../config/warn.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { WidgetEvents } from './events.ts';
import type { Panel } from './panel.ts';
import { parseIdentify } from './parse-identify.ts';
import type { Settings } from './settings.ts';
import type { Widget } from './widget.ts';

/** The page's commands over the panel. `shutdown` only stops what runs; whoever drew takes it off the page. */
export function createActions({
  panel,
  settings,
  events,
  warn,
}: {
  panel: Panel;
  settings: Settings;
  events: WidgetEvents;
  warn: Warn;
}): Widget {
  const { model, people } = panel;
  const asker = createAsker(panel);
  return {
    open: () => model.open(),
    close: () => model.close(),
    toggle: () => (model.isOpen.peek() ? model.close() : model.open()),
    identify(who) {
      const input = parseIdentify(who, warn);
      if (input !== null) people.identify(input);
    },
    logout: () => people.logout(),
    forget() {
      panel.begin();
      void people.visit
        .peek()
        .erase()
        .then((isErased) => (isErased ? people.logout() : undefined));
    },
    sendMessage(text) {
      if (typeof text !== 'string' || text.trim() === '') return warn('sendMessage takes a text; ignored.');
      asker.withConversation((conversation) => conversation.send(text));
    },
    newConversation: () => asker.withConversation(() => model.newConversation()),
    openConversation(id) {
      if (typeof id !== 'string') return warn('openConversation takes the id of a session; ignored.');
      asker.withConversation(() => people.visit.peek().openConversation(id));
    },
    escalate(details) {
      const reason: unknown =
        typeof details === 'object' && details !== null && Object.hasOwn(details, 'reason') ? Reflect.get(details, 'reason') : null;
      events.emit('escalate', { reason: typeof reason === 'string' ? reason : null });
    },
    update: (changes) => settings.update(changes),
    shutdown() {
      asker.dispose();
      people.visit.peek().pause();
    },
  };
}

/** Runs what needs a conversation once there is one; a change of identity before that drops it. */
function createAsker(panel: Panel): { withConversation(run: (conversation: Conversation) => void): void; dispose(): void } {
  const { visit } = panel.people;
  const undoing = new Set<() => void>();
  return {
    withConversation(run) {
      const asked = visit.peek();
      panel.begin();
      const found = asked.conversation.peek();
      if (found !== null) return run(found);
      const undo = effect(() => {
        const isSame = visit.value === asked;
        const conversation = asked.conversation.value;
        if (isSame && conversation === null) return;
        // Not inside the effect that it would stop.
        queueMicrotask(() => {
          if (!undoing.delete(undo)) return;
          undo();
          if (isSame && conversation !== null) run(conversation);
        });
      });
      undoing.add(undo);
    },
    dispose() {
      for (const undo of undoing) undo();
      undoing.clear();
    },
  };
}
