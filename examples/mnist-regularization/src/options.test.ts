import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.js';

describe('the command line', () => {
  test('has defaults', () => {
    expect(parseOptions([])).toEqual({
      quick: false,
      seed: 1,
      seeds: 3,
      epochs: 12,
      engine: 'compiled',
      out: 'runs/mnist-regularization',
    });
    expect(parseOptions(['--quick'])).toMatchObject({ quick: true, seeds: 1, epochs: 4 });
  });

  test('takes every option', () => {
    const args = [
      '--quick',
      '--seed',
      '7',
      '--seeds',
      '5',
      '--epochs',
      '2',
      '--backend',
      'wasm',
      '--out',
      'there',
    ];
    expect(parseOptions(args)).toEqual({
      quick: true,
      seed: 7,
      seeds: 5,
      epochs: 2,
      engine: 'wasm',
      out: 'there',
    });
  });

  test('asks for help', () => {
    expect(parseOptions(['--help'])).toBeUndefined();
    expect(parseOptions(['-h'])).toBeUndefined();
  });

  test.each([
    [['--seed', '1.5'], "--seed must be a whole number >= 0, got '1.5'."],
    [['--seed', ''], "--seed must be a whole number >= 0, got ''."],
    [['--seeds', '0'], "--seeds must be a whole number >= 1, got '0'."],
    [['--epochs', '0'], "--epochs must be a whole number >= 1, got '0'."],
    [['--backend', 'tpu'], "--backend must be one of compiled, wasm, cpu, node, got 'tpu'."],
    [['--speed', '9'], "Unknown option '--speed'"],
    [['stray'], 'Unexpected argument'],
  ])('%j is refused', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
