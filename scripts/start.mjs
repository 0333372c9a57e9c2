import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { NODE, ROOT, ensureInstalled, pinnedEnvironment, run } from './install.mjs';
import { makeKeys } from './start-keys.mjs';

/** How long a process may drain after SIGTERM before it is ended. */
const DRAIN_MS = 10_000;
const START_MS = 30_000;

const port = readPort('PORT', 4000);
const backendPort = readPort('BACKEND_PORT', 4100);
const dataDir = resolve(ROOT, process.env.DATA_DIR || '.data');
const site = `http://localhost:${port}`;
const backend = `http://localhost:${backendPort}`;

/** Running children; the first that ends takes the other along. */
const children = new Map();
let isStopping = false;

function readPort(name, usual) {
  const port = Number(process.env[name] || usual);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  fail(`${name} must be a port between 1 and 65535.`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** True where nothing listens, on either of localhost's two addresses. */
async function isFree(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await new Promise((settle) => {
      const server = createServer();
      server.once('error', (error) => settle(error.code));
      server.listen(port, host, () => server.close(() => settle(null)));
    });
    if (code === 'EADDRINUSE') return false;
    if (code === 'EACCES') fail(`Port ${port} needs more rights than this account has. Choose one above 1023.`);
  }
  return true;
}

async function checkPorts() {
  if (port === backendPort) fail(`PORT and BACKEND_PORT are both ${port}. Give them two different ports.`);
  if (!(await isFree(port))) fail(`Port ${port} is in use. Choose another for the site: PORT=${port + 1} npm start`);
  if (!(await isFree(backendPort))) {
    fail(`Port ${backendPort} is in use. Choose another for the backend: BACKEND_PORT=${backendPort + 1} npm start`);
  }
}

function launch(name, args) {
  const environment = {
    DATA_DIR: dataDir,
    PORT: String(name === 'site' ? port : backendPort),
    BACKEND_PORT: String(backendPort),
    SITE_URL: site,
    BACKEND_URL: backend,
    NODE_NO_WARNINGS: '1',
  };
  // In this script's process group: what ends the group ends them all.
  const child = spawn(NODE, args, { cwd: ROOT, env: pinnedEnvironment(environment), stdio: ['ignore', 'inherit', 'inherit'] });
  children.set(name, child);
  child.once('error', (error) => void stop(1, `The ${name} could not be started: ${error.message}`));
  child.once('exit', (code, signal) => {
    children.delete(name);
    if (!isStopping) void stop(1, `The ${name} ended unexpectedly (${signal ?? `exit code ${code}`}); stopping the rest.`);
  });
}

async function stop(code, reason) {
  if (isStopping) return;
  isStopping = true;
  if (reason) process.stderr.write(`${reason}\n`);
  const running = [...children.values()];
  const gone = running.map((child) => new Promise((settle) => child.once('exit', settle)));
  for (const child of running) child.kill('SIGTERM');
  const impatience = setTimeout(() => running.forEach((child) => child.kill('SIGKILL')), DRAIN_MS);
  await Promise.all(gone);
  clearTimeout(impatience);
  process.exit(code);
}

async function waitFor(url) {
  const deadline = Date.now() + START_MS;
  while (!isStopping) {
    const isUp = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    if (Date.now() > deadline) return stop(1, `${url} did not answer within ${START_MS / 1000} seconds.`);
    await new Promise((settle) => setTimeout(settle, 100));
  }
}

function greet() {
  process.stdout.write(`
  Fernwell, a shop      ${site}
  Familiar, its agent   ${backend}

  Sign in as alice / fern-and-moss or bob / clay-and-rain.
  Data in ${dataDir}. Ctrl-C stops both.

`);
}

await checkPorts();
ensureInstalled();
run('node', ['scripts/build.mjs']);
makeKeys(dataDir);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
launch('backend', ['agent-backend/dist/main.js', '--config', 'demo/familiar.config.ts']);
launch('site', ['demo/server/main.ts']);
await Promise.all([waitFor(`${backend}/readyz`), waitFor(site)]);
if (!isStopping) greet();
