import { effect } from '../reactive/signal.ts';
import { own } from '../config/own.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Panel } from './panel.ts';
import type { Parts } from './parts.ts';
import type { Widget } from './widget.ts';

/** The page's commands over the panel. */
export function createActions({ events, settings, warn }: Parts, panel: Panel): Omit<Widget, 'shutdown'> {
  const { begin, model, people } = panel;
  const withConversation = createAsker(panel);
  return {
    open: () => model.open(),
    close: () => model.close(),
    toggle: () => (model.isOpen.peek() ? model.close() : model.open()),
    identify(who) {
      const input = parseConfig([typeof who === 'object' ? who : null], warn);
      if ((input.userId ?? input.identityToken ?? input.getIdentityToken) === null) warn('bad-identify');
      else people.identify(input);
    },
    logout: () => people.logout(),
    forget() {
      begin();
      void people.visit
        .peek()
        .erase()
        .then((isErased) => isErased && people.logout());
    },
    sendMessage(text) {
      if (typeof text !== 'string' || text.trim() === '') warn('bad-text');
      else withConversation((conversation) => conversation.send(text));
    },
    newConversation: () => withConversation(() => model.newConversation()),
    openConversation(id) {
      if (typeof id !== 'string') warn('bad-session-id');
      else withConversation(() => people.visit.peek().show(id));
    },
    escalate(details) {
      const reason = own(details, 'reason');
      events.emit('escalate', { reason: typeof reason === 'string' ? reason : null });
    },
    update(changes) {
      const { consent } = settings.peek();
      settings.value = parseConfig([changes], warn, settings.peek());
      if (consent === 'pending' && settings.peek().consent !== consent) void people.visit.peek().keep();
    },
  };
}

/** Runs what needs a conversation, in order, once there is one; a change of identity before that drops it. */
function createAsker({ begin, people }: Panel): (run: (conversation: Conversation) => void) => void {
  const waiting = new Set<() => boolean>();
  const flush = (): void => {
    for (const isDone of waiting) if (isDone()) waiting.delete(isDone);
  };
  effect(() => {
    // Not inside the effect: what is asked for may end it.
    if (people.visit.value.conversation.value) queueMicrotask(flush);
  });
  return (run) => {
    const { current, visit } = people;
    const [asked, who] = [visit.peek(), current()];
    waiting.add(() => {
      const shown = visit.peek();
      const conversation = shown.conversation.peek();
      // A new key for the same person changes the visit, not who asked.
      const isSame = shown === asked || current() === who;
      if (isSame && conversation !== null) run(conversation);
      return !isSame || conversation !== null;
    });
    begin();
    queueMicrotask(flush);
  };
}
