/** A property of `value` itself: nothing that a page put on a prototype counts. */
export function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** A copy of the own properties, without a prototype. */
export function copy<T extends object>(...parts: readonly T[]): T {
  return Object.assign(Object.create(null), ...parts);
}
