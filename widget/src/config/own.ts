/** The own properties of whatever is given, without a prototype: nothing that a page put on one counts. */
export function copy(...parts: readonly unknown[]): Record<string, unknown> {
  return Object.assign(Object.create(null), ...parts);
}

/** A property of `value` itself. */
export function own(value: unknown, key: string): unknown {
  return copy(value)[key];
}

/** Reads what nobody has checked. Throws `SyntaxError`, like JSON that is none, for what it does not take. */
export type Read<T> = (value: unknown) => T;

/** Takes what `isGood` says yes to, as it is. */
export function must<T>(isGood: (value: unknown) => boolean): Read<T> {
  return (value) => {
    if (isGood(value)) return value as T;
    throw new SyntaxError('unexpected value');
  };
}

export const text: Read<string> = must((value) => typeof value === 'string');

/** A number above 0. */
export const positive: Read<number> = must((value) => typeof value === 'number' && value > 0);

export const oneOf = <const T>(...choices: readonly T[]): Read<T> => must((value) => choices.includes(value as T));

/** `other` in place of what `read` does not take. */
export function or<T, Other>(read: Read<T>, other: Other): Read<T | Other> {
  return (value) => {
    try {
      return read(value);
    } catch {
      // The fallback says what it means.
      return other;
    }
  };
}

export const line = or(text, '');

/** The items that `read` takes; none of what is no list. */
export const list =
  <T>(read: Read<T>): Read<T[]> =>
  (value) =>
    (Array.isArray(value) ? value : []).map(or(read, null)).filter((item) => item !== null);

/** An object's own members, each by its reader; what has none is left out, and what came of a reader is always an own one. */
export function members<T extends object>(readers: { readonly [Key in keyof T]-?: Read<T[Key]> }): Read<T> {
  return (value) => {
    const found = copy(value);
    return Object.fromEntries(Object.entries<Read<unknown>>(readers).map(([key, read]) => [key, read(found[key])])) as T;
  };
}
