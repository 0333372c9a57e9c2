import { effect, onEnd, signal } from '../../reactive/signal.ts';
import { h } from '../dom.ts';
import type { Diagnosis, ExtrasModel } from './extras-model.ts';

const TICK_MS = 1_000;

/** For the site's developer, in English like the console: who the widget takes the visitor for, and what went wrong last. */
export function drawOverlay({ panel }: ExtrasModel, diagnose: () => Diagnosis): HTMLElement {
  // Counts each second while the panel is open: the token's life runs out.
  const seconds = signal(0);
  const isCopied = signal(false);
  const now = (): Diagnosis => {
    void seconds.value;
    return diagnose();
  };
  effect(() => {
    if (!panel.isOpen.value) return;
    const timer = setInterval(() => (seconds.value += 1), TICK_MS);
    onEnd(() => clearInterval(timer));
  });
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
  return h(
    'details',
    { class: 'overlay', part: 'debug', dir: 'ltr', lang: 'en', 'data-seconds': () => seconds.value },
    h('summary', null, () => summarise(now())),
    h('dl', null, () => rowsOf(now()).map(drawRow)),
    h('button', { type: 'button', class: 'inline', onclick: () => void copy() }, () => (isCopied.value ? 'Copied' : 'Copy')),
  );
}

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

function drawRow([name, value]: readonly [string, string]): HTMLElement {
  return h('div', null, h('dt', null, name), h('dd', null, value));
}

function formatLife(seconds: number | null): string {
  if (seconds === null) return 'no token';
  if (seconds <= 0) return 'expired';
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
}
