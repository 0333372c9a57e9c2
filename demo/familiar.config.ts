import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, defineTool, offlineAgent, openAiAgent } from '@familiar/agent-backend';

const env = process.env;
const dataDir = env.DATA_DIR ?? '.data';
const site = new URL(env.SITE_URL ?? 'http://localhost:4000');
const loopback = `http://127.0.0.1:${site.port}`;

/** The shop's own ledger, by the ids that its server signs. */
const invoiceAddresses: Readonly<Record<string, string>> = {
  'member-5f2c81': 'Alice Marsh, 4 Mill Lane, Frome BA11 1PT',
  'member-a90d37': 'Bob Tanner, The Old Kiln, Bruton BA10 0AB',
};

const tools = {
  show_invoice_address: defineTool({
    description: 'Shows or tells the visitor the name and address that their own invoices are sent to.',
    // A laptop that was left open is not enough: the password must have been typed in the last five minutes.
    requiresStepUp: { maxAgeSeconds: Number(env.STEP_UP_SECONDS ?? 300) },
    execute: (_input, { participant }) => invoiceAddresses[participant.id] ?? 'There is no invoice address on file.',
  }),
};

/** A model when the environment names one; else the offline agent, which answers from the shop's own pages. */
function chooseAgent() {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, MODEL: model } = env;
  if (baseUrl && model) return openAiAgent({ baseUrl, model, tools, ...(apiKey ? { apiKey } : {}) });
  return offlineAgent({ pagesDir: join(import.meta.dirname, 'pages'), siteName: 'Fernwell', tools });
}

export default defineConfig({
  port: Number(env.BACKEND_PORT ?? 4100),
  publicUrl: env.BACKEND_URL ?? 'http://localhost:4100',
  dataDir,
  ...(env.DATABASE_URL ? { databaseUrl: env.DATABASE_URL } : {}),
  agents: {
    'fernwell/guide': {
      name: 'Fern',
      greeting: 'Hello, I am Fern. Ask me about light, water, pets or your parcel.',
      suggestions: ['Which plants are safe for cats?', 'How often do I water a calathea?', 'What does delivery cost?'],
      agent: chooseAgent,
      embedKeys: [{ key: readFileSync(join(dataDir, 'embed-key'), 'utf8').trim(), origins: [site.origin, loopback] }],
      identityKeys: [{ issuer: 'fernwell', file: join(dataDir, 'identity-key.public.json') }],
      // The same card at another till is the same file: that is what the returns desk shows.
      softIds: 'shared',
      // Everybody who tries the shop comes from one address and reloads often; the default is 30 mints an hour.
      limits: { mintsPerHour: 3000, mintBurst: 300, streamsPerAddress: 100 },
    },
  },
});
