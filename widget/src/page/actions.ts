import { effect } from '../reactive/signal.ts';
import { own } from '../config/own.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { Warn } from '../config/warn.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { WidgetEvents } from './events.ts';
import type { Panel } from './panel.ts';
import type { Settings } from './settings.ts';
import type { Widget } from './widget.ts';

export interface ActionsOptions {
  readonly panel: Panel;
  readonly settings: Settings;
  readonly events: WidgetEvents;
  readonly warn: Warn;
}

/** The page's commands over the panel. `shutdown` only stops what runs; whoever drew takes it off the page. */
export function createActions({ panel, settings, events, warn }: ActionsOptions): Widget {
  const { model, people } = panel;
  const asker = createAsker(panel);
  return {
    open: () => model.open(),
    close: () => model.close(),
    toggle: () => (model.isOpen.peek() ? model.close() : model.open()),
    identify(who) {
      const { userId, identityToken, getIdentityToken, attributes } = parseConfig([typeof who === 'object' ? who : null], warn);
      if (userId === null && identityToken === null && getIdentityToken === null) return warn('bad-identify');
      people.identify({ userId, identityToken, getIdentityToken, attributes });
    },
    logout: () => people.logout(),
    forget() {
      panel.begin();
      void people.visit
        .peek()
        .erase()
        .then((isErased) => isErased && people.logout());
    },
    sendMessage(text) {
      if (typeof text !== 'string' || text.trim() === '') return warn('bad-text');
      asker.withConversation((conversation) => conversation.send(text));
    },
    newConversation: () => asker.withConversation(() => model.newConversation()),
    openConversation(id) {
      if (typeof id !== 'string') return warn('bad-session-id');
      asker.withConversation(() => people.visit.peek().show(id));
    },
    escalate(details) {
      const reason = own(details, 'reason');
      events.emit('escalate', { reason: typeof reason === 'string' ? reason : null });
    },
    update(changes) {
      const before = settings.config.peek().consent;
      settings.update(changes);
      if (before !== settings.config.peek().consent && before === 'pending') void people.visit.peek().keep();
    },
    shutdown() {
      asker.dispose();
      people.dispose();
    },
  };
}

/** Runs what needs a conversation once there is one; a change of identity before that drops it. */
function createAsker(panel: Panel): { withConversation(run: (conversation: Conversation) => void): void; dispose(): void } {
  const { people } = panel;
  const undoing = new Set<() => void>();
  return {
    withConversation(run) {
      const asked = people.visit.peek();
      const who = people.current();
      panel.begin();
      const undo = effect(() => {
        // A new key for the same person changes the visit, not who asked.
        const isSame = people.visit.value === asked || people.current() === who;
        const conversation = people.visit.value.conversation.value;
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
