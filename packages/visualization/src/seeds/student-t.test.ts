import { expect, test } from 'vitest';
import { studentT } from './student-t.js';

test.each([
  // scipy.stats.t.ppf((1 + confidence) / 2, degrees)
  [1, 0.95, 12.706204736174694],
  [2, 0.95, 4.302652729749462],
  [4, 0.95, 2.7764451051977934],
  [30, 0.95, 2.0422724563012378],
  [1000, 0.95, 1.9623390808264083],
  [2, 1 - 0.05 / 6, 10.885866619163108],
  [7, 0.99, 3.4994832973504924],
])('with %i degrees of freedom %f lie within %f', (degrees, confidence, point) => {
  expect(studentT(degrees, confidence)).toBeCloseTo(point, 9);
});

test('many degrees are the normal distribution, fewer than one are none', () => {
  expect(studentT(1e9)).toBeCloseTo(1.95996, 3);
  expect(studentT(0)).toBeNaN();
  expect(studentT(NaN)).toBeNaN();
});
