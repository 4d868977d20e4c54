import { readFileSync } from 'node:fs';
import type { Dataset } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { circles, moons, spirals } from './synthetic-shapes.js';

const reference = JSON.parse(
  readFileSync(new URL('../../../testing/references/datasets/sklearn_shapes.json', import.meta.url), 'utf8'),
) as Readonly<Record<'moons' | 'circles', { readonly x: number[][]; readonly y: number[] }>>;

function points(data: Dataset, label: number): number[][] {
  const { inputs, targets } = data.arrays!;
  const x = inputs['input']!.data;
  return [...targets['target']!.data].flatMap((own, i) =>
    own === label ? [[x[2 * i]!, x[2 * i + 1]!]] : [],
  );
}

test.each([
  ['moons', moons({ examples: 20, noise: 0 })],
  ['circles', circles({ examples: 20, noise: 0, factor: 0.3 })],
] as const)('%s without noise are scikit-learn’s points', (name, data) => {
  for (const label of [0, 1]) {
    const expected = reference[name].x.filter((_, i) => reference[name].y[i] === label);
    expect(points(data, label)).toEqual(
      expected.map((point) => point.map((value) => expect.closeTo(value, 6))),
    );
  }
});

test('spirals have an arm for each class, from near the middle to radius 1, turned by its share', () => {
  const data = spirals({ examples: 300, classes: 3, turns: 2, noise: 0 });
  expect(data.classNames).toEqual(['class 0', 'class 1', 'class 2']);
  const [first, second] = [points(data, 0), points(data, 1)];
  expect(first).toHaveLength(100);
  first.forEach(([x, y], i) => {
    const radius = (i + 1) / 100;
    expect(Math.hypot(x!, y!)).toBeCloseTo(radius, 6);
    expect(x).toBeCloseTo(radius * Math.cos(4 * Math.PI * radius), 5);
    expect(y).toBeCloseTo(radius * Math.sin(4 * Math.PI * radius), 5);
    const [c, s] = [Math.cos((2 * Math.PI) / 3), Math.sin((2 * Math.PI) / 3)];
    expect(second[i]![0]).toBeCloseTo(c * x! - s * y!, 5);
  });
});

describe.each([
  ['moons', moons],
  ['circles', circles],
  ['spirals', spirals],
] as const)('%s', (_, make) => {
  test('take noise of the deviation asked for, by their seed', () => {
    const [plain, noisy] = [
      make({ examples: 4000, noise: 0, seed: 3 }),
      make({ examples: 4000, noise: 0.2, seed: 3 }),
    ];
    const [x, y] = [plain.arrays!.inputs['input']!.data, noisy.arrays!.inputs['input']!.data];
    const errors = Array.from(x, (value, i) => y[i]! - value);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(deviation).toBeCloseTo(0.2, 2);
    expect(make({ examples: 4000, noise: 0.2, seed: 3 }).arrays).toEqual(noisy.arrays);
    expect(make({ examples: 4000, noise: 0.2, seed: 4 }).arrays).not.toEqual(noisy.arrays);
  });

  test('come in any number', () => {
    for (const examples of [1, 2, 3, 7]) {
      const data = make({ examples });
      expect(data.size).toBe(examples);
      expect([...data.arrays!.inputs['input']!.data].every(Number.isFinite)).toBe(true);
    }
  });
});
