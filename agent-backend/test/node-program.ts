import { createInterface } from 'node:readline';
import { functionAgent } from '../src/agents/function-agent.ts';
import { createBackend } from '../src/backend.ts';
import { listen } from '../src/listen.ts';

/**
 * One process of several on the PostgreSQL of `DATABASE_URL`. Its agent says each line of standard input, and ends with an
 * empty one. On standard output: `port <number>`, then `asked` and `stopped` when the agent begins and is told to stop.
 */
const lines: string[] = [];
let wake = (): void => undefined;
createInterface({ input: process.stdin }).on('line', (line) => {
  lines.push(line);
  wake();
});

async function nextLine(signal: AbortSignal): Promise<string> {
  while (lines.length === 0 && !signal.aborted) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      signal.addEventListener('abort', () => resolve());
    });
  }
  return signal.aborted ? '' : (lines.shift() ?? '');
}

const agent = functionAgent(async function* ({ signal }) {
  process.stdout.write('asked\n');
  signal.addEventListener('abort', () => process.stdout.write('stopped\n'));
  for (let line = await nextLine(signal); line !== ''; line = await nextLine(signal)) yield line;
});

const { SECRET_KEY = '', DATABASE_URL = '', DATA_DIR = '', LEASE_MS = '30000' } = process.env;
const backend = await createBackend(
  {
    agents: { 'acme/helper': { name: 'Helper', agent, secretKeys: [{ name: 'server', secret: SECRET_KEY }] } },
    databaseUrl: DATABASE_URL,
    dataDir: DATA_DIR,
  },
  { env: {}, leaseMs: Number(LEASE_MS) },
);
const { port } = await listen(backend, { port: 0, host: '127.0.0.1' });
process.stdout.write(`port ${port}\n`);
