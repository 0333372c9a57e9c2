import { copy } from './own.ts';

/**
 * Turns a tag's `data-*` into settings: `data-embed-key` → `embedKey`, `data-theme-accent` → `theme.accent`.
 * `data-attributes` and `data-context` may also be JSON. The values are not checked here.
 */
export function readAttributes(dataset: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const settings = copy();
  for (const [key, value] of Object.entries(dataset)) {
    const [, group = '', initial = '', rest = ''] = /^(theme|texts|attributes|context)([A-Z])(.*)$/.exec(key) ?? [];
    if (group === '') settings[key] = /^(attributes|context)$/.test(key) ? parseJson(value) : value;
    else settings[group] = copy(settings[group], { [initial.toLowerCase() + rest]: value });
  }
  return settings;
}

function parseJson(value = ''): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // Not JSON: handed on as it is, so that the check of the setting warns with its mend.
    return value;
  }
}
