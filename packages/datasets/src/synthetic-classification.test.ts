import { expect, test } from 'vitest';
import { syntheticClassification } from './synthetic-classification.js';

test('has the shapes, classes and balance asked for', () => {
  const data = syntheticClassification({ examples: 7, features: 4, classes: 3 });
  expect(data.size).toBe(7);
  expect(data.inputs).toEqual({ input: { shape: [4], dtype: 'float32' } });
  expect(data.targets).toEqual({ target: { shape: [], dtype: 'int32' } });
  expect(data.classNames).toEqual(['class 0', 'class 1', 'class 2']);
  expect(data.arrays!.targets['target']!.data).toEqual(Int32Array.of(0, 1, 2, 0, 1, 2, 0));
});

test('the seed decides, and more examples only add to the first', () => {
  const values = (examples: number, seed: number) =>
    syntheticClassification({ examples, seed }).arrays!.inputs['input']!.data;
  expect(values(20, 5)).toEqual(values(20, 5));
  expect(values(30, 5).slice(0, 40)).toEqual(values(20, 5));
  expect(values(20, 6)).not.toEqual(values(20, 5));
});

test('noise has deviation 1 around the centres, and the centres the distance asked for', () => {
  const [examples, features, classes, separation] = [60000, 2, 200, 10];
  const data = syntheticClassification({ examples, features, classes, separation }).arrays!.inputs['input']!
    .data;
  let noise = 0;
  let distance = 0;
  for (let label = 0; label < classes; label++) {
    for (let j = 0; j < features; j++) {
      const own = Float64Array.from(
        { length: examples / classes },
        (_, i) => data[(i * classes + label) * features + j]!,
      );
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      noise += own.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      distance += mean ** 2;
    }
  }
  // 120,000 draws: the deviation of the estimate is 0.002; 400 centres: 0.25.
  expect(Math.sqrt(noise / (examples * features))).toBeCloseTo(1, 1.5);
  expect(Math.abs(Math.sqrt(distance / classes) - separation)).toBeLessThan(1.5);
});

test.each([
  [{ examples: 0 }, /examples must be a whole number >= 1, got 0/],
  [{ features: 1.5 }, /features/],
  [{ classes: 0 }, /classes/],
  [{ separation: -1 }, /separation/],
  [{ seed: -1 }, /seed/],
])('%o is refused', (options, message) => {
  expect(() => syntheticClassification(options)).toThrow(message);
});
