import { effect, signal } from '../../reactive/signal.ts';
import type { VNode } from 'preact';
import { watch } from '../watch.ts';
import type { ExtraProps } from './extra-view.ts';
import type { Diagnosis } from './extras-model.ts';

const TICK_MS = 1_000;

/** For the site's developer, in English like the console: who the widget takes the visitor for, and what went wrong last. */
export const Overlay = watch<ExtraProps & { diagnose: () => Diagnosis }>(({ view: { model }, diagnose }) => {
  // Drawn again each second: the token's life runs out.
  const seconds = signal(0);
  const isCopied = signal(false);
  const follow = (box: HTMLElement | null): undefined | (() => void) => {
    if (box === null) return undefined;
    return effect(() => {
      if (!model.panel.isOpen.value) return undefined;
      const timer = setInterval(() => (seconds.value += 1), TICK_MS);
      return () => clearInterval(timer);
    });
  };
  const copy = async (): Promise<void> => {
    const text = rowsOf(diagnose())
      .map((row) => row.join(': '))
      .join('\n');
    await navigator.clipboard.writeText(text).then(
      () => (isCopied.value = true),
      () => {
        // The page may not write to the clipboard: the rows can still be selected.
      },
    );
  };
  return () => {
    const diagnosis = diagnose();
    return (
      <details class="overlay" part="debug" dir="ltr" lang="en" data-seconds={seconds.value} ref={follow}>
        <summary>{summarise(diagnosis)}</summary>
        <dl>{rowsOf(diagnosis).map(drawRow)}</dl>
        <button type="button" class="inline" onClick={() => void copy()}>
          {isCopied.value ? 'Copied' : 'Copy'}
        </button>
      </details>
    );
  };
});

function summarise({ level, binding, tokenSeconds, error }: Diagnosis): string {
  return ['debug', level, binding, formatLife(tokenSeconds), ...(error === null ? [] : [error.code])].join(' · ');
}

function rowsOf({ level, id, storage, binding, instance, tokenSeconds, error, version }: Diagnosis): [string, string][] {
  return [
    ['level', level],
    ['id', id],
    ['instance', instance],
    ['storage', storage],
    ['binding', binding],
    ['token', formatLife(tokenSeconds)],
    ['last error', error === null ? 'none' : error.code],
    ...(error === null ? [] : [['mend', error.mend] satisfies [string, string]]),
    ['version', version],
  ];
}

function drawRow([name, value]: readonly [string, string]): VNode {
  return (
    <div key={name}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function formatLife(seconds: number | null): string {
  if (seconds === null) return 'no token';
  if (seconds <= 0) return 'expired';
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
}
