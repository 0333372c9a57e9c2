import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

/** The README's only fenced block in this language. Throws when there is none, or a second one that nobody runs. */
export function snippet(heading: string, language: string): string {
  const section = README.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language);
  const [, , code] = blocks[0] ?? [];
  if (code === undefined || blocks.length !== 1) throw new Error(`README "${heading}" has ${blocks.length} blocks of ${language}.`);
  return code;
}

/** Every fenced block of the README, as "heading/language": a test compares this with what it runs. */
export function allSnippets(): string[] {
  return README.split(/^## /m).flatMap((part) =>
    [...part.matchAll(/^```(\w+)$/gm)].map(([, language]) => `${part.split('\n')[0]}/${language}`),
  );
}
