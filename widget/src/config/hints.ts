import { explainId } from '@familiar/protocol';
import type { Hint } from './warn.ts';

const MENDS: Readonly<Record<string, string>> = {
  agent: 'an agent is named "org/agent", two slugs of a-z, 0-9 and hyphens',
  embedKey: 'use the publishable key of the agent, "pk_…"',
  baseUrl: "use the backend's address, such as https://chat.example.com",
  getIdentityToken: 'use a function that returns the JWT that your server signed, or a promise of it',
  instance: 'use the name of a shared instance',
  mode: 'use "launcher", "inline" or "page"',
  container: 'use an element or a CSS selector',
  locale: 'use a language tag such as "en" or "pt-BR"',
  theme: 'use an object of strings, such as {accent: "#0a7"}',
  texts: 'use an object of strings',
  attributes: 'use an object',
  context: 'use an object',
  consent: 'use "granted" or "pending"',
  idleMinutes: 'use a number of minutes above 0',
  sharedDevice: 'use true or false',
  debug: 'use true or false',
};

/** The sentence of a hint, with its mend. */
export function explain(hint: Hint, about = ''): string {
  switch (hint) {
    case 'init':
      return about
        ? explainSetting(about)
        : 'Settings are an object, and the widget cannot start without agent, embedKey and baseUrl: set data-agent, data-embed-key and data-base-url, or call init with them.';
    case 'update':
      if (about === '') return 'update takes an object of settings; ignored.';
      return /^(theme|texts|locale|context|consent)/.test(about)
        ? explainSetting(about)
        : `Setting "${about.slice(0, 40)}" cannot change in place; ignored. For another user call identify.`;
    case 'identify':
      return 'identify takes {userId} or {getIdentityToken}; ignored. To sign out call logout.';
    case 'sendMessage':
      return 'sendMessage takes a text; ignored.';
    case 'openConversation':
      return 'openConversation takes the id of a session; ignored.';
    case 'userId':
      return `userId: ${explainId(about)}`;
    default:
      return hint satisfies never;
  }
}

function explainSetting(name: string): string {
  const mend = Object.hasOwn(MENDS, name) && MENDS[name];
  return mend ? `Setting "${name}" was ignored: ${mend}.` : `"${name.slice(0, 40)}" is no setting here; ignored.`;
}
