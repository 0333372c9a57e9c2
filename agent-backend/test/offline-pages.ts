import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Turn } from '../src/agents/agent.ts';
import { offlineAgent, type OfflineAgentOptions } from '../src/agents/offline-agent.ts';
import { collect, textOf, turnOf } from './agent-fixtures.ts';

const SHIPPING = `---
title: Shipping
url: /shipping
---
# Shipping

We pack every plant by hand.

## Delivery times

| Destination | Time |
| --- | --- |
| Netherlands | 1–2 days |
| Germany | 2–3 days |

## Frost

We do not send plants below 2 °C.
`;

/** For each test a folder of pages, with one on shipping, and the offline agent over it, which speaks without a pause. */
export function useOfflinePages() {
  let folder = '';
  const page = (name: string, text: string) => writeFile(join(folder, name), text);
  const agent = (options: Partial<OfflineAgentOptions> = {}) =>
    offlineAgent({ pagesDir: folder, siteName: 'Fern & Fable', pace: async () => undefined, ...options });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'familiar-offline-'));
    await page('shipping.md', SHIPPING);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return {
    page,
    agent,
    path: (name: string) => join(folder, name),
    ask: async (text: string, rest: Partial<Turn> = {}) => textOf(await collect(agent(), turnOf(text, rest))),
  };
}
