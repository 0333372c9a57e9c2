import type { z } from 'zod';

const WANTED: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'an object in { }',
  record: 'an object in { }',
};

/**
 * How to mend one mistake of a configuration, where the schema has no sentence of its own for it. Never repeats a value, which
 * may be a secret.
 */
export function explainIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    const write = `Write ${WANTED[issue.expected] ?? 'another type of value'}.`;
    return issue.input === undefined ? `It is missing. ${write}` : write;
  }
  if (issue.code === 'invalid_value') return `Write ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}.`;
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => JSON.stringify(key)).join(', ');
    return `There is no setting ${names} here. Compare its spelling, or leave it out.`;
  }
  const isNumber = 'origin' in issue && (issue.origin === 'number' || issue.origin === 'int');
  if (issue.code === 'too_small')
    return isNumber ? `Write a number of ${String(issue.minimum)} or more.` : 'It is empty. Write something, or leave it out.';
  if (issue.code === 'too_big' && isNumber) return `Write a number of ${String(issue.maximum)} or less.`;
  return undefined;
}
