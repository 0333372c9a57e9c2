#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { createBackend } from './backend.ts';
import type { Config } from './config/config.ts';
import { listen } from './listen.ts';
import { StoreError } from './store/store.ts';

const USAGE = 'Usage: familiar-backend --config <file>\n';

/** The operator's sentence on standard error, and the end. */
function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readArguments(): string {
  try {
    const { config } = parseArgs({ options: { config: { type: 'string' } } }).values;
    return config ?? fail(USAGE);
  } catch {
    return fail(USAGE);
  }
}

async function importConfig(file: string): Promise<{ readonly default?: Config }> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: Config };
  } catch (error) {
    return fail(`The configuration file ${file} cannot be loaded: ${error instanceof Error ? error.message : 'it threw.'}`);
  }
}

/** The file's default export, with what the environment says above it. */
async function loadConfig(file: string): Promise<Config> {
  const loaded = await importConfig(file);
  if (loaded.default === undefined)
    throw new TypeError('The configuration file has no default export. Write "export default defineConfig({…})".');
  const { PORT, HOST, DATA_DIR, DATABASE_URL, PUBLIC_URL } = process.env;
  return {
    ...loaded.default,
    ...(PORT ? { port: Number(PORT) } : {}),
    ...(HOST ? { host: HOST } : {}),
    ...(DATA_DIR ? { dataDir: DATA_DIR } : {}),
    ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}),
    ...(PUBLIC_URL ? { publicUrl: PUBLIC_URL } : {}),
  };
}

function explain(error: unknown, { port = 4100, host = '127.0.0.1', databaseUrl, dataDir = '.data' }: Partial<Config>): string {
  if (error instanceof StoreError) {
    const where = databaseUrl ? 'DATABASE_URL and the server that it names' : `the data folder ${dataDir}`;
    return `The store cannot be opened. ${error.message} Look at ${where}.`;
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Choose another: PORT=${port + 1} familiar-backend …`;
  if (code === 'EACCES') return `Port ${port} needs more rights than this account has. Choose one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST=${host} is no address of this machine. 127.0.0.1 and 0.0.0.0 are.`;
  return error instanceof Error ? error.message : 'The backend could not start.';
}

function readLevel(level = 'info'): string {
  const levels = [...Object.keys(pino.levels.values), 'silent'];
  return levels.includes(level) ? level : fail(`LOG_LEVEL is one of ${levels.join(', ')}.`);
}

async function start(): Promise<void> {
  const log = pino({ level: readLevel(process.env['LOG_LEVEL']), base: null });
  const config = await loadConfig(readArguments());
  const { port = 4100, host = '127.0.0.1' } = config;
  const backend = await createBackend(config, { log }).catch((error: unknown) => fail(explain(error, config)));
  const server = await listen(backend, { port, host }).catch(async (error: unknown) => {
    await backend.close(0);
    return fail(explain(error, config));
  });
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({}, 'draining');
    await backend.close();
    await server.close();
    process.exit(0);
  };
  const stopOrFail = (): void => void stop().catch(() => fail('The store could not be closed in order.'));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stopOrFail);
  // Last: whoever reads this line may send a signal.
  log.info({ port: server.port, host }, 'listening');
}

await start().catch((error: unknown) => fail(explain(error, {})));
