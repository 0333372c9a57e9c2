import { describe, expect, it, vi } from 'vitest';
import { batch, derived, effect, onEnd, scope, signal } from './signal.ts';

describe('a signal', () => {
  it('tells those who have read it when it changes, and only then', () => {
    const count = signal(1);
    const seen: number[] = [];
    effect(() => void seen.push(count.value));
    count.value = 1;
    count.value = 2;
    expect(seen).toEqual([1, 2]);
  });

  it('tells nobody who only peeked', () => {
    const count = signal(1);
    let runs = 0;
    effect(() => void (count.peek(), (runs += 1)));
    count.value = 2;
    expect(runs).toBe(1);
  });

  it('is not followed any more where the last run did not read it', () => {
    const which = signal(true);
    const one = signal('a');
    let runs = 0;
    effect(() => void (which.value && one.value, (runs += 1)));
    which.value = false;
    one.value = 'b';
    expect(runs).toBe(2);
  });
});

describe('an effect', () => {
  it('runs once for several changes, with all of them', () => {
    const [first, last] = [signal('a'), signal('b')];
    const seen: string[] = [];
    effect(() => void seen.push(first.value + last.value));
    batch(() => {
      first.value = 'c';
      last.value = 'd';
    });
    expect(seen).toEqual(['ab', 'cd']);
  });

  it('never sees half of a change through what is derived', () => {
    const count = signal(1);
    const double = derived(() => count.value * 2);
    const seen: string[] = [];
    effect(() => void seen.push(`${count.value} ${double.value}`));
    count.value = 2;
    expect(seen).toEqual(['1 2', '2 4']);
    expect(double.peek()).toBe(4);
  });

  it('runs again for what it changes itself, until nothing changes', () => {
    const count = signal(0);
    effect(() => void (count.value < 3 && (count.value += 1)));
    expect(count.peek()).toBe(3);
  });

  it('ends what was begun inside before it runs again, and with itself', () => {
    const [outer, inner] = [signal(0), signal(0)];
    let [runs, ends] = [0, 0];
    const end = effect(() => {
      void outer.value;
      effect(() => void (inner.value, (runs += 1)));
      onEnd(() => (ends += 1));
    });
    outer.value = 1;
    inner.value = 1;
    expect([runs, ends]).toEqual([3, 1]);
    end();
    inner.value = 2;
    expect([runs, ends]).toEqual([3, 2]);
  });

  it('that was ended while it was due does not run', () => {
    const count = signal(0);
    let runs = 0;
    let end = (): void => undefined;
    effect(() => void (count.value > 0 && end()));
    end = effect(() => void (count.value, (runs += 1)));
    count.value = 1;
    expect(runs).toBe(1);
  });

  it('that throws is reported and stops nobody else', () => {
    const reported = vi.fn<(error: unknown) => void>();
    vi.stubGlobal('reportError', reported);
    const count = signal(0);
    const seen: number[] = [];
    effect(() => {
      if (count.value > 0) throw new Error('broken');
    });
    effect(() => void seen.push(count.value));
    count.value = 1;
    count.value = 2;
    vi.unstubAllGlobals();
    expect(seen).toEqual([0, 1, 2]);
    expect(reported).toHaveBeenCalledTimes(2);
  });
});

describe('a scope', () => {
  it('outlives the effect that it was made in, and ends when it is told to', () => {
    const [outer, inner] = [signal(0), signal(0)];
    let runs = 0;
    let end = (): void => undefined;
    effect(() => {
      if (outer.value === 0) end = scope(() => effect(() => void (inner.value, (runs += 1))))[1];
    });
    outer.value = 1;
    inner.value = 1;
    expect(runs).toBe(2);
    end();
    inner.value = 2;
    expect(runs).toBe(2);
  });
});
