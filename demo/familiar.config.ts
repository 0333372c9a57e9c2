import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, offlineAgent, openAiAgent } from '@familiar/agent-backend';

const env = process.env;
const dataDir = env.DATA_DIR ?? '.data';
const site = new URL(env.SITE_URL ?? 'http://localhost:4000');
const loopback = `http://127.0.0.1:${site.port}`;

/** A model when the environment names one; else the offline agent, which answers from the shop's own pages. */
function chooseAgent() {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, MODEL: model } = env;
  if (baseUrl && model) return openAiAgent({ baseUrl, model, ...(apiKey ? { apiKey } : {}) });
  return offlineAgent({ pagesDir: join(import.meta.dirname, 'pages'), siteName: 'Fernwell' });
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
