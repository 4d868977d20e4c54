import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { friedman, friedmanValue } from './friedman.js';

const reference = JSON.parse(
  readFileSync(new URL('../../../testing/references/datasets/sklearn_folds.json', import.meta.url), 'utf8'),
) as {
  readonly friedman: Readonly<Record<'1' | '2' | '3', { readonly x: number[][]; readonly y: number[] }>>;
};

test.each(['1', '2', '3'] as const)('problem %s is that of scikit-learn', (problem) => {
  const { x, y } = reference.friedman[problem];
  x.forEach((row, i) => expect(friedmanValue(problem, row)).toBeCloseTo(y[i]!, 9));
  const data = friedman({ problem, examples: 50, seed: 3 });
  const [inputs, targets] = [data.arrays!.inputs['input']!, data.arrays!.targets['target']!];
  const width = inputs.shape[1]!;
  targets.data.forEach((value, i) => {
    const exact = friedmanValue(problem, inputs.data.subarray(i * width, (i + 1) * width));
    expect(Math.abs(value - exact)).toBeLessThan(1e-6 * Math.max(1, Math.abs(exact)));
  });
});

test('features lie where the problem says, and noise has its deviation', () => {
  const { data, shape } = friedman({ problem: '2', examples: 2000 }).arrays!.inputs['input']!;
  expect(shape).toEqual([2000, 4]);
  const second = Array.from(data).filter((_, i) => i % 4 === 1);
  expect(Math.min(...second)).toBeGreaterThanOrEqual(Math.fround(40 * Math.PI));
  expect(Math.max(...second)).toBeLessThan(560 * Math.PI);
  expect(Math.max(...second)).toBeGreaterThan(550 * Math.PI);
  const targets = (noise: number) =>
    friedman({ examples: 2000, noise, seed: 5 }).arrays!.targets['target']!.data;
  const exact = targets(0);
  const errors = Array.from(targets(2), (value, i) => value - exact[i]!);
  const deviation = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / 2000);
  expect(Math.abs(deviation - 2)).toBeLessThan((4 * 2) / Math.sqrt(4000));
});
