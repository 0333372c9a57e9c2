import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

/**
 * Parent of a test's PostgreSQL. Its standard input is a pipe from the test process: when that ends, however it ends,
 * the pipe closes, and this stops the server and removes its folder.
 * Arguments: folder, program, user id or empty, group id or empty, then the server's arguments.
 */
const [folder = '', program = '', uid = '', gid = '', ...serverArguments] = process.argv.slice(2);
const owner = uid === '' ? {} : { uid: Number(uid), gid: Number(gid) };
const server = spawn(program, serverArguments, { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });

// SIGQUIT: immediate shutdown. Nothing in a test's database needs a checkpoint.
const stop = (): void => void server.kill('SIGQUIT');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.stdin.on('end', stop).on('error', stop).resume();
server.on('error', () => process.exit(1));
server.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
