#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCommand } from './cli/run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  clock: Date.now,
  readInput: () => readFileSync(0, 'utf8'),
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
});
