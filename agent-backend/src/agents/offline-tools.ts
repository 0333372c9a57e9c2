import type { DoneCall } from './offline-plan.ts';
import { isStopWord, keyWords, splitWords, stem } from './pages/words.ts';

/** A tool of the site's own that can be called without giving it anything. */
export interface SiteTool {
  readonly name: string;
  readonly description: string;
}

const ASKS_HOW = /^\W*(?:how|why|when|where)\b/i;

/**
 * The tool that a request names: every telling word of the tool's name stands in the request, and every telling word of
 * the request in the tool's name or description. There is no language model that could guess more.
 */
export function chooseTool(request: string, tools: readonly SiteTool[]): SiteTool | undefined {
  if (ASKS_HOW.test(request)) return undefined;
  const asked = new Set(splitWords(request).map(stem));
  const telling = splitWords(request).filter((word) => !isStopWord(word));
  return tools.find(({ name, description }) => {
    const known = new Set(splitWords(`${name} ${description}`).map(stem));
    return keyWords(name).every((word) => asked.has(stem(word))) && telling.every((word) => known.has(stem(word)));
  });
}

const WHY_NOT = new Map<unknown, string>([
  ['sign_in_required', 'it is for members who are signed in. Please sign in on this site, then ask me again.'],
  ['step_up_required', 'it asks for a fresh sign-in. Please ask me again.'],
  ['declined', 'you did not confirm that it is you. Ask me again whenever you like.'],
]);

/** What came of it, in the tool's own words, with why it was called. */
export function reportTool({ tool, output }: DoneCall): string {
  const { error, message } = (typeof output === 'object' && output !== null ? output : {}) as { error?: unknown; message?: unknown };
  if (error !== undefined) {
    return `Your words match this site's tool “${tool}”. It did not run: ${WHY_NOT.get(error) ?? asSentence(message)}`;
  }
  return `Your words match this site's tool “${tool}”, so I used it. It says:\n\n${writeOutput(output)}`;
}

function asSentence(message: unknown): string {
  return typeof message === 'string' ? message : 'the tool failed.';
}

function writeOutput(output: unknown): string {
  return typeof output === 'string' ? output : `\`${JSON.stringify(output) ?? 'nothing'}\``;
}
