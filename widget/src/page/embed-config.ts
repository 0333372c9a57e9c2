import type { EmbedConfig } from '@familiar/protocol';
import { batch, type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Words } from '../config/config.ts';
import { copy, list, members, oneOf, or, text } from '../config/own.ts';
import { words } from '../config/parse-config.ts';
import { limit, send } from '../session/transport.ts';
import type { Parts } from './parts.ts';

/** What the panel needs to know of it. */
export interface ServerConfig extends Pick<EmbedConfig, 'name' | 'greeting' | 'suggestions' | 'badge'> {
  readonly theme: Words;
  readonly texts: Words;
  readonly flags: Omit<EmbedConfig['flags'], 'soft_ids'>;
}

const line = or(text, '');
const readConfig = members<ServerConfig>({
  name: line,
  greeting: line,
  suggestions: list(text),
  badge: line,
  theme: or(words, {}),
  texts: or(words, {}),
  flags: members<ServerConfig['flags']>({
    claim: or(oneOf('ask', 'never'), 'ask'),
    strict_binding: or(oneOf(true), false),
    image_origins: list(text),
  }),
});

/** `GET /v1/embed/config`: what the panel shows before anybody has spoken. */
export interface Server {
  readonly config: ReadonlySignal<ServerConfig | null>;
  /** Once; again after it failed. Throws what `toFailure` knows. */
  readonly load: () => Promise<ServerConfig>;
}

export function createServer({ settings, transport }: Parts): Server {
  const config = signal<ServerConfig | null>(null);
  let loading: Promise<ServerConfig> | null = null;
  const load = async (): Promise<ServerConfig> => {
    const path = `/v1/embed/config?embed_key=${encodeURIComponent(settings.peek().embedKey)}`;
    const loaded = readConfig(await (await send(transport, path, { signal: limit() })).json());
    const { theme, texts } = settings.peek();
    batch(() => {
      config.value = loaded;
      // Weaker than whatever the page says.
      settings.value = { ...settings.peek(), theme: copy(loaded.theme, theme) as Words, texts: copy(loaded.texts, texts) as Words };
    });
    return loaded;
  };
  return {
    config,
    load: async () =>
      (loading ??= load().catch((error: unknown) => {
        loading = null;
        throw error;
      })),
  };
}
