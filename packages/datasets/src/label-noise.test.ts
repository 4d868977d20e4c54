import { expect, test } from 'vitest';
import { balancedClassWeights } from './class-weights.js';
import { fromArrays } from './from-arrays.js';
import { labelNoise } from './label-noise.js';
import { subset } from './subset.js';

const size = 6000;
const truth = Int32Array.from({ length: size }, (_, i) => i % 4);
const data = fromArrays({
  inputs: Float32Array.from(truth, (_, i) => i),
  targets: truth,
  classNames: ['a', 'b', 'c', 'd'],
});

test('replaces labels at the rate asked for, by each other class alike', () => {
  const noisy = labelNoise(data, { rate: 0.3, seed: 2 }).arrays!;
  expect(noisy.inputs).toEqual(data.arrays!.inputs);
  const moved = [0, 0, 0, 0];
  noisy.targets['target']!.data.forEach((label, i) => moved[(label - truth[i]! + 4) % 4]!++);
  // Binomial: the standard deviation of 4200 is 35, of 600 it is 23.
  expect(Math.abs(moved[0]! - 4200)).toBeLessThan(110);
  for (const count of moved.slice(1)) expect(Math.abs(count - 600)).toBeLessThan(75);
});

test('the same labels are wrong in batches, in parts and for who asks for labels alone', async () => {
  const noisy = labelNoise(data, { rate: 0.5, seed: 1 });
  const all = noisy.arrays!.targets['target']!.data;
  const part = await subset(noisy, [7, 5999, 3]).batch(Uint32Array.of(0, 1, 2));
  expect([...part.targets['target']!.data]).toEqual([all[7], all[5999], all[3]]);
  const counts = [0, 0, 0, 0];
  for (const label of all) counts[label]!++;
  expect(balancedClassWeights(noisy)[1]).toBeCloseTo(size / (4 * counts[1]!), 12);
  expect(labelNoise(data, { rate: 0.5, seed: 2 }).arrays!.targets['target']!.data).not.toEqual(all);
});

test('rate 0 changes nothing, rate 1 every label', () => {
  expect(labelNoise(data, { rate: 0 }).arrays!.targets['target']!.data).toEqual(truth);
  const all = labelNoise(data, { rate: 1 }).arrays!.targets['target']!.data;
  expect(all.some((label, i) => label === truth[i])).toBe(false);
});

test('refuses what has no labels, and bad options', () => {
  const plain = fromArrays({ inputs: [[1]], targets: Int32Array.of(1) });
  expect(() => labelNoise(plain, { rate: 0.1 })).toThrow('classes must be a whole number >= 2, got 0');
  expect(() => labelNoise(plain, { rate: 1.5, classes: 2 })).toThrow('rate must be');
  expect(() => labelNoise(plain, { rate: 0.1, classes: 2, sed: 1 } as never)).toThrow("Did you mean 'seed'");
  expect(() => labelNoise(fromArrays({ inputs: [[1]], targets: [[1]] }), { rate: 0.1, classes: 2 })).toThrow(
    'must be int32 labels [N]',
  );
  const beyond = labelNoise(fromArrays({ inputs: [[1]], targets: Int32Array.of(5) }), {
    rate: 0.1,
    classes: 2,
  });
  expect(() => beyond.arrays).toThrow('the label of example 0 must be 0 to 1, got 5');
});
