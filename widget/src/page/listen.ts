import { onEnd } from '../reactive/signal.ts';

/** Listens to the page before whatever stands on it, as long as the scope or effect lasts in which this is called. */
export function listen(types: readonly string[], heard: (event: Event) => unknown): void {
  for (const type of types) {
    addEventListener(type, heard, true);
    onEnd(() => removeEventListener(type, heard, true));
  }
}
