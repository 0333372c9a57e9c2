import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Puts the signer as it is published, and what it depends on, into a `node_modules` folder. Returns the signer's place in it. */
export function installPublished(modules: string): string {
  const tsc = join(root, 'node_modules/.bin/tsc');
  for (const name of ['protocol', 'server-signer']) {
    const target = join(modules, '@familiar', name);
    mkdirSync(target, { recursive: true });
    execFileSync(tsc, ['-p', join(root, name, 'tsconfig.build.json'), '--outDir', join(target, 'dist')], { cwd: join(root, name) });
    cpSync(join(root, name, 'package.json'), join(target, 'package.json'));
    cpSync(join(root, name, 'src'), join(target, 'src'), { recursive: true });
  }
  cpSync(join(root, 'node_modules/jose'), join(modules, 'jose'), { recursive: true });
  return join(modules, '@familiar/server-signer');
}

const PROGRAMS = ['node route', 'next route', 'no route'] as const;

/** A program of the README, as it is written. */
export function readProgram(name: (typeof PROGRAMS)[number]): string {
  const programs = [...readFileSync(join(root, 'server-signer/README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];
  return programs[PROGRAMS.indexOf(name)]?.[1] ?? 'throw new Error("The README has lost a program.");';
}
