import type { EmbedConfig } from '@familiar/protocol';
import { copy, own } from '../config/own.ts';
import { readFailure, toFailure } from '../session/failure.ts';
import { request, type Transport } from '../session/transport.ts';

const LIMIT_MS = 20_000;

/** `GET /v1/embed/config`: what the panel shows before anybody has spoken. Throws `Failure`. */
export async function loadEmbedConfig(transport: Transport, embedKey: string): Promise<EmbedConfig> {
  try {
    const path = `/v1/embed/config?embed_key=${encodeURIComponent(embedKey)}`;
    const response = await request(transport, path, { signal: AbortSignal.timeout(LIMIT_MS) });
    if (!response.ok) throw await readFailure(response);
    return parseEmbedConfig(await response.json());
  } catch (error) {
    throw toFailure(error);
  }
}

function parseEmbedConfig(body: unknown): EmbedConfig {
  const isText = (value: unknown): value is string => typeof value === 'string';
  const text = (key: string): string => {
    const value = own(body, key);
    return isText(value) ? value : '';
  };
  const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter(isText) : []);
  const words = (key: string): Readonly<Record<string, string>> =>
    copy(Object.fromEntries(Object.entries(Object(own(body, key))).filter((entry): entry is [string, string] => isText(entry[1]))));
  const flag = (key: string): unknown => own(own(body, 'flags'), key);
  const softIds = flag('soft_ids');
  const badge = text('badge');
  return {
    agent: text('agent'),
    name: text('name'),
    greeting: text('greeting'),
    suggestions: texts(own(body, 'suggestions')),
    ...(badge && { badge }),
    theme: words('theme'),
    texts: words('texts'),
    flags: {
      soft_ids: softIds === 'browser' || softIds === 'refuse' ? softIds : 'shared',
      claim: flag('claim') === 'never' ? 'never' : 'ask',
      strict_binding: flag('strict_binding') === true,
      image_origins: texts(flag('image_origins')),
    },
  };
}
