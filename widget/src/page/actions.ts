import { line, or, own, text } from '../config/own.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { Panel } from './panel.ts';
import type { Widget } from './widget.ts';

/** The page's commands over the panel. */
export function createActions({ events, model, people, settings, warn }: Panel): Omit<Widget, 'shutdown'> {
  const { ask, logout, start, visit } = people;
  const { close, newConversation, open, toggle } = model;
  return {
    open,
    close,
    newConversation,
    toggle,
    identify(who) {
      const input = parseConfig([typeof who === 'object' ? who : null], warn);
      if ((input.userId ?? input.identityToken ?? input.getIdentityToken) === null) warn('identify');
      else people.identify(input);
    },
    logout,
    forget() {
      start();
      void visit.peek().erase(logout);
    },
    sendMessage(given) {
      const words = line(given).trim();
      if (words) ask(() => visit.peek().conversation.peek()?.send(words));
      else warn('sendMessage');
    },
    openConversation(given) {
      const id = line(given);
      if (id) ask(() => visit.peek().show(id));
      else warn('openConversation');
    },
    escalate: (details) => events.emit('escalate', { reason: or(text, null)(own(details, 'reason')) }),
    update(changes) {
      const { consent } = settings.peek();
      settings.value = parseConfig([changes], warn, settings.peek());
      if (consent === 'pending' && settings.peek().consent !== consent) void visit.peek().keep();
    },
  };
}
