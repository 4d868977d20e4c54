import { describe, expect, test } from 'vitest';
import { choice, float, int, isSingle } from './distributions.js';
import { space, when } from './space.js';

const search = space({
  optimizer: choice(['sgd', 'adam']),
  learningRate: float(1e-4, 1e-2, { log: true }),
  momentum: when({ optimizer: 'sgd' }, float(0, 1, { step: 0.1 })),
  nesterov: when({ optimizer: ['sgd'] }, choice([true, false])),
  units: int(16, 512, { step: 16 }),
});
const sgd = { optimizer: 'sgd', learningRate: 1e-3, momentum: 0.7, nesterov: false, units: 64 };

test('good values come back in the order of the space', () => {
  const shuffled = Object.fromEntries(Object.entries(sgd).reverse());
  expect(Object.entries(search.check(shuffled))).toEqual(Object.entries(sgd));
  expect(search.check({ optimizer: 'adam', learningRate: 1e-4, units: 512 })).toBeDefined();
});

test.each([
  [{ ...sgd, units: 65 }, /'units' must be a whole number from 16 to 512 in steps of 16, got 65/],
  [{ ...sgd, units: 16.5 }, /'units' must be/],
  [{ ...sgd, momentum: 0.75 }, /'momentum' must be a number from 0 to 1 in steps of 0.1/],
  [{ ...sgd, learningRate: NaN }, /'learningRate' must be .* got NaN/],
  [{ ...sgd, learningRate: 0.1 }, /'learningRate' must be/],
  [{ ...sgd, optimizer: 'adam' }, /'momentum' is given, but its condition does not hold/],
  [{ ...sgd, optimizer: 'lion' }, /'optimizer' must be one of "sgd", "adam", got 'lion'/],
  [{ ...sgd, momentum: undefined }, /'momentum' is missing/],
  [{ ...sgd, rate: 1 }, /'rate' is not in the space/],
  [null, /parameters must be values by name, got null/],
])('%o is refused', (values, message) => {
  expect(() => search.check(values)).toThrow(message);
});

test('the upper end is the last that the steps reach', () => {
  expect(int(1, 10, { step: 4 }).high).toBe(9);
  expect(float(0, 1, { step: 0.3 }).high).toBeCloseTo(0.9, 12);
  expect(float(0, 0.3, { step: 0.1 }).high).toBe(0.3);
});

test('one value is single', () => {
  expect([choice(['a']), int(3, 4, { step: 2 }), float(2, 2)].map(isSingle)).toEqual([true, true, true]);
  expect([choice(['a', 'b']), int(3, 4), float(2, 3)].map(isSingle)).toEqual([false, false, false]);
});

test('a condition on a conditional parameter needs that one to be there', () => {
  const nested = space({
    model: choice(['mlp', 'cnn']),
    layers: when({ model: 'mlp' }, choice([1, 2])),
    second: when({ layers: 2 }, int(1, 8)),
  });
  expect(nested.check({ model: 'mlp', layers: 2, second: 3 })).toEqual({
    model: 'mlp',
    layers: 2,
    second: 3,
  });
  expect(nested.check({ model: 'cnn' })).toEqual({ model: 'cnn' });
  expect(() => nested.check({ model: 'cnn', second: 3 })).toThrow(/condition does not hold/);
});

describe('bad options', () => {
  const conditional = (condition: object) =>
    space({ late: when(condition as { a: 1 }, float(0, 1)), a: choice([1, 2]) } as never);
  test.each([
    [() => choice([]), /choices must be a list of at least one value/],
    [() => choice(['a', 'a']), /choices must be different values/],
    [() => choice([NaN]), /choices\[0\] must be/],
    [() => float(1, 0), /high must be a number >= 1, got 0/],
    [() => float(0, Infinity), /high must be/],
    [() => float(0, 1, { log: true }), /low must be a number > 0/],
    [() => float(1, 2, { log: true, step: 1 }), /step must be left out/],
    [() => float(1, 2, { step: 0 }), /step must be a number > 0/],
    [() => int(1.5, 2), /low must be a whole number/],
    [() => int(0, 2, { log: true }), /low must be a whole number >= 1/],
    [() => int(1, 9, { log: true, step: 2 }), /step must be 1/],
    [() => space({}), /at least one parameter/],
    [() => space({ 1: float(0, 1) }), /a parameter name must be text/],
    [() => space({ a: 3 } as never), /a must be made by/],
    [() => space({ toString: float(0, 1) } as never), /a parameter name must be text that is no property/],
    [() => when({}, float(0, 1)), /condition must be/],
    [() => conditional({ a: 1 }), /declared before it, got 'a'/],
    [() => space({ a: choice([1]), b: when({ a: 2 }, float(0, 1)) } as never), /among 1, got 2/],
    [
      () => space({ a: float(0, 1), b: when({ a: 1 }, float(0, 1)) } as never),
      /on choices that are declared/,
    ],
  ])('%s', (make, message) => {
    expect(make).toThrow(message);
  });
});

test('what is no object of parameters, and integers that float64 cannot count, are refused', () => {
  for (const nothing of [null, undefined, 7])
    expect(() => space(nothing as never)).toThrow('the space must be an object of parameters');
  expect(() => int(0, 1e308)).toThrow('high');
  expect(() => int(-1e308, 0)).toThrow('low');
});
