import { PLANTS } from './plants.ts';

/** What this browser keeps for the planner. Slugs of plants, and when each was last watered (milliseconds since 1970). */
export interface Garden {
  readonly mine: readonly string[];
  readonly wishes: readonly string[];
  readonly watered: Readonly<Record<string, number>>;
}

const NAME = 'fernwell-planner';
const FIRST: Garden = { mine: ['monstera', 'fern', 'zz'], wishes: ['calathea'], watered: {} };

/** Reads the garden; whatever is not one is replaced by a first example. */
export function loadGarden(): Garden {
  try {
    return parseGarden(JSON.parse(localStorage.getItem(NAME) ?? 'null'));
  } catch {
    // Storage is blocked, or holds something else: the planner still works for this visit.
    return FIRST;
  }
}

export function saveGarden(garden: Garden): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(garden));
  } catch {
    // As above.
  }
}

export function parseGarden(value: unknown): Garden {
  if (typeof value !== 'object' || value === null) return FIRST;
  const { mine, wishes, watered } = value as Record<string, unknown>;
  const times = typeof watered === 'object' && watered !== null ? Object.entries(watered) : [];
  return {
    mine: known(mine),
    wishes: known(wishes),
    watered: Object.fromEntries(times.filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
  };
}

/** Adds a plant to a list, or takes it out again. */
export function toggle(list: readonly string[], slug: string): readonly string[] {
  return list.includes(slug) ? list.filter((other) => other !== slug) : [...list, slug];
}

function known(list: unknown): readonly string[] {
  return Array.isArray(list) ? PLANTS.map(({ slug }) => slug).filter((slug) => list.includes(slug)) : [];
}
