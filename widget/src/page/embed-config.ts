import type { EmbedConfig } from '@familiar/protocol';
import { list, members, oneOf, or, text } from '../config/own.ts';
import { words } from '../config/parse-config.ts';
import { limit, send, type Transport } from '../session/transport.ts';

const line = or(text, '');
const looks = or(words, {});
const readConfig = members<EmbedConfig>({
  agent: line,
  name: line,
  greeting: line,
  suggestions: list(text),
  badge: line,
  theme: looks,
  texts: looks,
  flags: members<EmbedConfig['flags']>({
    soft_ids: or(oneOf('shared', 'browser', 'refuse'), 'shared'),
    claim: or(oneOf('ask', 'never'), 'ask'),
    strict_binding: or(oneOf(true), false),
    image_origins: list(text),
  }),
});

/** `GET /v1/embed/config`: what the panel shows before anybody has spoken. Throws what `toFailure` knows. */
export async function loadEmbedConfig(transport: Transport, embedKey: string): Promise<EmbedConfig> {
  const path = `/v1/embed/config?embed_key=${encodeURIComponent(embedKey)}`;
  return readConfig(await (await send(transport, path, { signal: limit() })).json());
}
