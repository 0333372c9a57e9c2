import type { EmbedConfig } from '@familiar/protocol';
import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Words } from '../config/config.ts';
import { copy, line, list, members, or, text } from '../config/own.ts';
import { words } from '../config/parse-config.ts';
import { limit, send } from '../session/transport.ts';
import type { Parts } from './parts.ts';

/** What the panel needs to know of it. */
export interface ServerConfig extends Pick<EmbedConfig, 'name' | 'greeting' | 'suggestions' | 'badge'> {
  readonly theme: Words;
  readonly texts: Words;
  /** `claim`: asked for, unless it is `never`. */
  readonly flags: Pick<EmbedConfig['flags'], 'strict_binding' | 'image_origins'> & { readonly claim: string };
}

const readConfig = members<ServerConfig>({
  name: line,
  greeting: line,
  suggestions: list(text),
  badge: line,
  theme: or(words, {}),
  texts: or(words, {}),
  flags: members<ServerConfig['flags']>({
    claim: line,
    strict_binding: (flag) => flag === true,
    image_origins: list(text),
  }),
});

/** `GET /v1/embed/config`: what the panel shows before anybody has spoken. */
export interface Server {
  readonly config: ReadonlySignal<ServerConfig | null>;
  /** Whether every request must be proven. Asks once; again after it failed. Throws what `toFailure` knows. */
  readonly isStrictlyBound: () => Promise<boolean>;
}

export function createServer({ settings, transport }: Parts): Server {
  const config = signal<ServerConfig | null>(null);
  let loading: Promise<void> | null = null;
  const load = async (): Promise<void> => {
    const { embedKey } = settings.peek();
    const response = await send(transport, `/v1/embed/config?embed_key=${encodeURIComponent(embedKey)}`, { signal: limit() });
    const loaded = readConfig(await response.json());
    const { theme, texts } = settings.peek();
    config.value = loaded;
    // Weaker than whatever the page says.
    settings.value = { ...settings.peek(), theme: copy(loaded.theme, theme) as Words, texts: copy(loaded.texts, texts) as Words };
  };
  return {
    config,
    async isStrictlyBound() {
      if (!config.peek()) await (loading ??= load().finally(() => (loading = null)));
      return config.peek()?.flags.strict_binding === true;
    },
  };
}
