/** A plant that the planner knows: the same list as the shop's, with what a day of care needs. */
export interface Plant {
  readonly slug: string;
  readonly name: string;
  readonly url: string;
  readonly tint: string;
  /** Days between two waterings in summer. */
  readonly everyDays: number;
  readonly tip: string;
}

export const PLANTS: readonly Plant[] = [
  {
    slug: 'monstera',
    name: 'Monstera deliciosa',
    url: '/plants/monstera',
    tint: 'sage',
    everyDays: 8,
    tip: 'Wipe the leaves with a damp cloth.',
  },
  {
    slug: 'snake',
    name: 'Snake plant',
    url: '/plants/snake-plant',
    tint: 'blush',
    everyDays: 24,
    tip: 'Pour at the edge, never into the crown.',
  },
  {
    slug: 'pothos',
    name: 'Golden pothos',
    url: '/plants/golden-pothos',
    tint: 'butter',
    everyDays: 10,
    tip: 'Cut a trail and root it in a glass.',
  },
  {
    slug: 'calathea',
    name: 'Calathea orbifolia',
    url: '/plants/calathea-orbifolia',
    tint: 'sky',
    everyDays: 5,
    tip: 'Rain water, if you have it.',
  },
  { slug: 'fern', name: 'Boston fern', url: '/plants/boston-fern', tint: 'rose', everyDays: 3, tip: 'Never let it dry out.' },
  { slug: 'spider', name: 'Spider plant', url: '/plants/spider-plant', tint: 'sage', everyDays: 7, tip: 'Pot up the babies.' },
  {
    slug: 'hearts',
    name: 'String of hearts',
    url: '/plants/string-of-hearts',
    tint: 'blush',
    everyDays: 18,
    tip: 'Pinch a leaf: if it folds, water.',
  },
  { slug: 'zz', name: 'ZZ plant', url: '/plants/zz-plant', tint: 'butter', everyDays: 30, tip: 'Leave it be.' },
];

const DAY_MS = 86_400_000;

/** Whole days until the next watering; 0 or less is due. A plant never watered is due today. */
export function daysUntilWater(plant: Plant, wateredAt: number | undefined, now: number): number {
  if (wateredAt === undefined) return 0;
  return Math.ceil((wateredAt + plant.everyDays * DAY_MS - now) / DAY_MS);
}
