import { expect, test } from 'vitest';
import { parseGarden, toggle } from '../planner/garden.ts';
import { daysUntilWater, PLANTS } from '../planner/plants.ts';

const DAY_MS = 86_400_000;

test('a plant that was never watered is due, and one just watered waits its days', () => {
  for (const plant of PLANTS) {
    expect(daysUntilWater(plant, undefined, 0)).toBeLessThanOrEqual(0);
    expect(daysUntilWater(plant, 1000, 1000)).toBe(plant.everyDays);
    expect(daysUntilWater(plant, 0, plant.everyDays * DAY_MS)).toBeLessThanOrEqual(0);
  }
});

test('a garden from storage keeps only plants that exist', () => {
  expect(parseGarden({ mine: ['fern', 'triffid', 3], wishes: 'zz', watered: { fern: 5, zz: 'x' } })).toEqual({
    mine: ['fern'],
    wishes: [],
    watered: { fern: 5 },
  });
  expect(parseGarden(null).mine.length).toBeGreaterThan(0);
});

test('toggling twice changes nothing', () => {
  expect(toggle(toggle(['fern'], 'zz'), 'zz')).toEqual(['fern']);
});
