import type { EmbedConfig } from '@familiar/protocol';
import type { Words } from '../config/config.ts';
import { list, members, oneOf, or, text } from '../config/own.ts';
import { words } from '../config/parse-config.ts';
import { limit, send, type Transport } from '../session/transport.ts';

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

/** `GET /v1/embed/config`: what the panel shows before anybody has spoken. Throws what `toFailure` knows. */
export async function loadEmbedConfig(transport: Transport, embedKey: string): Promise<ServerConfig> {
  const path = `/v1/embed/config?embed_key=${encodeURIComponent(embedKey)}`;
  return readConfig(await (await send(transport, path, { signal: limit() })).json());
}
