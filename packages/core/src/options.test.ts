import { describe, expect, test } from 'vitest';
import { checkOptions, describe as describeValue } from './options.js';

const check = checkOptions('thing');

describe('checkOptions', () => {
  test.each([
    [() => check.number('rate', Number.NaN), 'rate must be a number, got NaN.'],
    [() => check.number('rate', '1'), "rate must be a number, got '1'."],
    [() => check.number('rate', 1, { max: 1, exclusiveMax: true }), 'rate must be a number < 1, got 1.'],
    [() => check.number('rate', 0, { min: 0, exclusiveMin: true }), 'rate must be a number > 0, got 0.'],
    [() => check.number('rate', 2, { min: 0, max: 1 }), 'rate must be a number >= 0 and <= 1, got 2.'],
    [() => check.integer('n', 1.5, { min: 1 }), 'n must be a whole number >= 1, got 1.5.'],
    [() => check.integer('n', 0, { min: 1 }), 'n must be a whole number >= 1, got 0.'],
    [() => check.integer('n', Infinity), 'n must be a whole number, got Infinity.'],
    [() => check.oneOf('mode', 'x', ['a', 'b']), "mode must be one of 'a', 'b', got 'x'."],
    [() => check.text('name', ''), "name must be a string that is not empty, got ''."],
    [() => check.boolean('on', 1), 'on must be true or false, got 1.'],
  ])('%#: %s', (run, message) => {
    expect(run).toThrow(`[thing] ${message}`);
  });

  test('lets what is right pass', () => {
    check.number('rate', 0, { min: 0 });
    check.integer('n', 1, { min: 1, max: 1 });
    check.oneOf('mode', 'a', ['a']);
    check.text('name', 'x');
    check.boolean('on', false);
  });

  test('describes values shortly', () => {
    expect(describeValue('x'.repeat(100))).toHaveLength(62);
    expect(describeValue([1, 'a'])).toBe("[1, 'a']");
    expect(describeValue(new Array(20).fill(0))).toBe('an array of 20');
    expect(describeValue({ a: 1 })).toBe('an object with keys a');
    expect(describeValue(undefined)).toBe('undefined');
  });
});
