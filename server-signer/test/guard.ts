import { spawn } from 'node:child_process';

/**
 * Parent of a program that a test starts: `node guard.ts program argument…`, whose output and exit code it passes on.
 * Its standard input is a pipe from the test process: when that ends, however it ends, the program ends with it.
 */
const [program = '', ...rest] = process.argv.slice(2);
// A group of its own: whatever the program started ends, too.
const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
child.on('error', () => process.exit(127));
child.on('exit', (code) => process.exit(code ?? 1));

function stop(): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already, and so does this.
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.stdin.on('end', stop).on('error', stop).resume();
