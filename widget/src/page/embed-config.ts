import type { EmbedConfig } from '@familiar/protocol';
import { copy, list, members, oneOf, or, text } from '../config/own.ts';
import { limit, send, type Transport } from '../session/transport.ts';

/** What the panel needs to know of it. */
export interface ServerConfig extends Pick<EmbedConfig, 'name' | 'greeting' | 'suggestions' | 'badge'> {
  /** Settings, not yet checked. */
  readonly theme: object;
  readonly texts: object;
  readonly flags: Omit<EmbedConfig['flags'], 'soft_ids'>;
}

const line = or(text, '');
const readConfig = members<ServerConfig>({
  name: line,
  greeting: line,
  suggestions: list(text),
  badge: line,
  // Checked with the other settings.
  theme: copy,
  texts: copy,
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
