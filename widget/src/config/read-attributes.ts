/** `data-theme-accent` sets `theme.accent`, `data-texts-greeting` sets `texts.greeting`. */
const NESTED = /^(theme|texts|attributes|context)([A-Z])(.*)$/;

/**
 * Turns a tag's `data-*` into settings: `data-embed-key` → `embedKey`, `data-theme-accent` → `theme.accent`.
 * `data-attributes` and `data-context` may also be JSON. The values are not checked here.
 */
export function readAttributes(dataset: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const settings: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(dataset)) {
    const [, group, initial, rest] = NESTED.exec(key) ?? [];
    if (group !== undefined && initial !== undefined) {
      settings[group] = Object.assign(Object.create(null), settings[group], { [initial.toLowerCase() + (rest ?? '')]: value });
    } else {
      settings[key] = key === 'attributes' || key === 'context' ? parseJson(value) : value;
    }
  }
  return settings;
}

function parseJson(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    // Not JSON: handed on as it is, so that the check of the setting warns with its mend.
    return value;
  }
}
