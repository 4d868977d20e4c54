import { readFileSync } from 'node:fs';
import type { Sampler } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { balancedClassWeights } from '../class-weights.js';
import { fromArrays } from '../from-arrays.js';
import { classBalancedSampler } from './class-balanced-sampler.js';
import { curriculum } from './curriculum.js';
import { randomSampler } from './random-sampler.js';
import { weightedSampler } from './weighted-sampler.js';

const labelled = (labels: readonly number[]) =>
  fromArrays({ inputs: labels.map((label) => [label]), targets: Int32Array.from(labels) });

const samplers: Record<string, Sampler> = {
  random: randomSampler(),
  'random, long': randomSampler({ length: 25 }),
  'random, with replacement': randomSampler({ replacement: true, length: 7 }),
  weighted: weightedSampler({ weights: [1, 2, 3, 0, 5, 6, 7, 8, 9, 10] }),
  'weighted, once': weightedSampler({
    weights: [1, 2, 3, 0, 5, 6, 7, 8, 9, 10],
    replacement: false,
    length: 9,
  }),
  curriculum: curriculum({ difficulty: [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], epochs: 5 }),
  'class-balanced': classBalancedSampler(labelled([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
};

test.each<[string, (last: number) => Sampler]>([
  ['weighted', (last) => weightedSampler({ weights: [1, 2, last] })],
  ['curriculum', (last) => curriculum({ difficulty: [1, 2, last], epochs: 2 })],
  ['class-balanced', (last) => classBalancedSampler(labelled([0, 0, 0]), { labels: [0, 1, last] })],
])('what a record says of a %s sampler tells other numbers apart', (_, make) => {
  expect(make(3).config).toEqual(make(3).config);
  expect(make(3).config).not.toEqual(make(4).config);
});

test.each(Object.entries(samplers))('%s is a pure function of seed and epoch', (_, sampler) => {
  const order = (seed: number, epoch: number): number[] => [...sampler.order(10, { seed, epoch })];
  expect(order(1, 2)).toEqual(order(1, 2));
  const { length = 10 } = sampler;
  expect(order(1, 2)).toHaveLength(typeof length === 'function' ? length(2) : length);
  expect(order(1, 2).every((example) => example < 10)).toBe(true);
  expect(order(1, 3)).not.toEqual(order(1, 2));
  expect(order(2, 2)).not.toEqual(order(1, 2));
  expect(JSON.parse(JSON.stringify(sampler.config))).toEqual(sampler.config);
});

/** Chi-square of the first draws of many epochs against probabilities. */
function chiSquare(
  outcome: (epoch: number) => number,
  probabilities: readonly number[],
  epochs = 20_000,
): number {
  const counts = probabilities.map(() => 0);
  for (let epoch = 0; epoch < epochs; epoch++) counts[outcome(epoch)]!++;
  return probabilities.reduce((sum, p, i) => {
    if (p === 0) return sum + (counts[i] === 0 ? 0 : Infinity);
    return sum + (counts[i]! - epochs * p) ** 2 / (epochs * p);
  }, 0);
}

// Critical values at 0.001: 1 degree of freedom 10.8, 2 13.8, 3 16.3, 5 20.5, 11 31.3.
describe('frequencies are the exact probabilities', () => {
  test('random with replacement: each of all, also right after it was drawn', () => {
    const sampler = randomSampler({ replacement: true, length: 2 });
    const pair = (epoch: number): number => {
      const [first, second] = sampler.order(2, { seed: 5, epoch });
      return 2 * first! + second!;
    };
    expect(chiSquare(pair, [0.25, 0.25, 0.25, 0.25])).toBeLessThan(16.3);
  });

  test('random without replacement: every order of three', () => {
    const sampler = randomSampler();
    const orders = ['012', '021', '102', '120', '201', '210'];
    const order = (epoch: number): number =>
      orders.indexOf([...sampler.order(3, { seed: 5, epoch })].join(''));
    expect(
      chiSquare(
        order,
        orders.map(() => 1 / 6),
      ),
    ).toBeLessThan(20.5);
  });

  test('random, longer than the data: whole permutations first', () => {
    const order = [...randomSampler({ length: 8 }).order(3, { seed: 1, epoch: 0 })];
    for (const part of [order.slice(0, 3), order.slice(3, 6)]) expect(part.sort()).toEqual([0, 1, 2]);
    expect(new Set(order.slice(6)).size).toBe(2);
    expect(new Set(randomSampler({ length: 5 }).order(9, { seed: 1, epoch: 0 })).size).toBe(5);
  });

  test('weighted: w / sum(w) at every draw, weight 0 never', () => {
    const sampler = weightedSampler({ weights: [0, 1, 5, 0, 2, 0], length: 3 });
    const p = [0, 1 / 8, 5 / 8, 0, 2 / 8, 0];
    for (const draw of [0, 2]) {
      const outcome = (epoch: number): number => sampler.order(6, { seed: 3, epoch })[draw]!;
      expect(chiSquare(outcome, p)).toBeLessThan(13.8);
    }
  });

  test('weighted without replacement: p[i] * p[j] / (1 - p[i]) for i, then j', () => {
    const p = [0.1, 0.2, 0.3, 0.4];
    const sampler = weightedSampler({ weights: p.map((value) => 10 * value), replacement: false, length: 2 });
    const pairs = p.flatMap((_, i) => p.map((__, j) => [i, j] as const)).filter(([i, j]) => i !== j);
    const outcome = (epoch: number): number => {
      const [first, second] = sampler.order(4, { seed: 9, epoch });
      return pairs.findIndex(([i, j]) => i === first && j === second);
    };
    const exact = pairs.map(([i, j]) => (p[i]! * p[j]!) / (1 - p[i]!));
    expect(chiSquare(outcome, exact)).toBeLessThan(31.3);
  });

  test('class-balanced: 1 / (C n[c])', () => {
    const sampler = classBalancedSampler(labelled([4, 4, 4, 7]), { length: 1 });
    const outcome = (epoch: number): number => sampler.order(4, { seed: 2, epoch })[0]!;
    expect(chiSquare(outcome, [1 / 6, 1 / 6, 1 / 6, 1 / 2])).toBeLessThan(16.3);
  });
});

test('a weight of one in a million is drawn as often as it should', () => {
  const weights = new Float64Array(1000).fill(1e6);
  weights[0] = 1;
  const order = weightedSampler({ weights, length: 200_000 }).order(1000, { seed: 1, epoch: 0 });
  expect(order.filter((example) => example === 0).length).toBeLessThan(3);
  expect(new Set(order).size).toBeGreaterThanOrEqual(999);
});

interface Balance {
  readonly labels: readonly number[];
  readonly class_weights: Readonly<Record<string, number>>;
}

const reference = JSON.parse(
  readFileSync(
    new URL('../../../../testing/references/datasets/sklearn_balance.json', import.meta.url),
    'utf8',
  ),
) as readonly Balance[];

test.each(reference)('class weights of $labels are scikit-learn’s', ({ labels, class_weights: expected }) => {
  const weights = balancedClassWeights(labelled(labels));
  expect(Object.keys(weights)).toEqual(Object.keys(expected));
  for (const [label, weight] of Object.entries(weights)) expect(weight).toBeCloseTo(expected[label]!, 12);
});

test.each<[string, () => unknown, string]>([
  ['length 0', () => randomSampler({ length: 0 }), 'length must be a whole number >= 1, got 0'],
  ['no weights', () => weightedSampler({ weights: [] }), 'weights must be a list of numbers'],
  [
    'a negative weight',
    () => weightedSampler({ weights: [1, -1] }),
    'weights[1] must be a number >= 0, got -1',
  ],
  ['NaN', () => weightedSampler({ weights: [NaN] }), 'weights[0]'],
  ['nothing but 0', () => weightedSampler({ weights: [0, 0] }), 'above 0 for at least one example'],
  [
    'more than can be drawn once',
    () => weightedSampler({ weights: [1, 0, 1], replacement: false }),
    'length must be a whole number >= 1 and <= 2, got 3',
  ],
  [
    'weights of other data',
    () => weightedSampler({ weights: [1, 2] }).order(3, { seed: 0, epoch: 0 }),
    'there are 2 weights and 3 examples',
  ],
  [
    'no labels',
    () => classBalancedSampler(fromArrays({ inputs: [[1]], targets: [[0.5]] })),
    'labels needs int32 labels [N], got float32 of shape [1, 1]',
  ],
])('refuses %s', (_, call, message) => {
  expect(call).toThrow(message);
});
