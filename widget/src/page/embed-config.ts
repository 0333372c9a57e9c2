import type { EmbedConfig } from '@familiar/protocol';
import { Failure, readFailure, toFailure } from '../session/failure.ts';
import { request, type Transport } from '../session/transport.ts';

const LIMIT_MS = 20_000;

/** `GET /v1/embed/config`: what the panel shows before anybody has spoken. Throws `Failure`. */
export async function loadEmbedConfig(transport: Transport, embedKey: string): Promise<EmbedConfig> {
  try {
    const path = `/v1/embed/config?embed_key=${encodeURIComponent(embedKey)}`;
    const response = await request(transport, path, { signal: AbortSignal.timeout(LIMIT_MS) });
    if (!response.ok) throw await readFailure(response);
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null) throw new Failure('internal_error', { status: response.status });
    return parseEmbedConfig(body);
  } catch (error) {
    throw toFailure(error);
  }
}

function parseEmbedConfig(body: object): EmbedConfig {
  const own = (bag: object, key: string): unknown => (Object.hasOwn(bag, key) ? Reflect.get(bag, key) : undefined);
  const text = (key: string): string => {
    const value = own(body, key);
    return typeof value === 'string' ? value : '';
  };
  const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);
  const words = (value: unknown): Readonly<Record<string, string>> =>
    Object.assign(Object.create(null), Object.fromEntries(Object.entries(Object(value)).filter(([, word]) => typeof word === 'string')));
  const flags = Object(own(body, 'flags'));
  const softIds = own(flags, 'soft_ids');
  return {
    agent: text('agent'),
    name: text('name'),
    greeting: text('greeting'),
    suggestions: texts(own(body, 'suggestions')),
    ...(text('badge') === '' ? {} : { badge: text('badge') }),
    theme: words(own(body, 'theme')),
    texts: words(own(body, 'texts')),
    flags: {
      soft_ids: softIds === 'browser' || softIds === 'refuse' ? softIds : 'shared',
      claim: own(flags, 'claim') === 'never' ? 'never' : 'ask',
      strict_binding: own(flags, 'strict_binding') === true,
      image_origins: texts(own(flags, 'image_origins')),
    },
  };
}
