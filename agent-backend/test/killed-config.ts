import { functionAgent } from '../src/agents/function-agent.ts';
import { defineConfig } from '../src/config/config.ts';

/** A backend whose agent says one word and then never ends: somebody has to end the process. */
export default defineConfig({
  agents: {
    'acme/helper': {
      name: 'Helper',
      agent: functionAgent(async function* () {
        yield 'half';
        await new Promise(() => undefined);
      }),
      secretKeys: [{ name: 'server', env: 'SECRET_KEY' }],
    },
  },
});
