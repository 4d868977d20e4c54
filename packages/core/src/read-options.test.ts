import { describe, expect, test } from 'vitest';
import { nearest } from './nearest.js';
import { option, plainJson } from './option-rules.js';
import { readOptions } from './read-options.js';
import type { Schedule, StepPosition } from './step/optimizer.js';

interface ThingOptions {
  readonly rate: number;
  readonly decay?: number | Schedule;
  readonly patience?: number;
  readonly mode?: 'min' | 'max';
  readonly names?: readonly string[];
  readonly keep?: number;
  readonly on?: boolean;
  readonly limit?: number;
  readonly store?: { readonly name: string };
}

const read = (options: ThingOptions) =>
  readOptions('thing', options, {
    rate: option.number({ min: 0 }),
    decay: option.schedule({ min: 0, default: 0.5 }),
    patience: option.integer({ min: 0, default: 3 }),
    mode: option.oneOf(['min', 'max'], { default: 'min' }),
    names: option.names({ optional: true }),
    keep: option.integer({ min: 1, infinite: true, default: 2 }),
    on: option.boolean({ default: false }),
    limit: option.number({ optional: true }),
    store: option.custom<{ readonly name: string }>({
      expected: 'a store',
      accepts: (value) => typeof (value as { name?: unknown } | null)?.name === 'string',
      optional: true,
      toJson: ({ name }) => name,
    }),
  });

const at: StepPosition = { step: 7, epoch: 0, stepsPerEpoch: 10 };

describe('readOptions', () => {
  test('fills defaults in, leaves out what is optional, and keeps both as JSON', () => {
    const { values, config } = read({ rate: 0.1, keep: Infinity, store: { name: 'here' } });
    expect(values).toEqual({
      rate: 0.1,
      decay: 0.5,
      patience: 3,
      mode: 'min',
      keep: Infinity,
      on: false,
      store: { name: 'here' },
    });
    expect(config).toEqual({
      kind: 'thing',
      rate: 0.1,
      decay: 0.5,
      patience: 3,
      mode: 'min',
      keep: 'Infinity',
      on: false,
      store: 'here',
    });
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    // Undefined stands for left out.
    expect(read({ rate: 0.1, patience: undefined, limit: undefined } as never).values.patience).toBe(3);
  });

  test.each([
    [{ rat: 1 }, "there is no option 'rat'. Did you mean 'rate'? It takes rate, decay,"],
    [{ rate: 1, patiance: 1 }, "there is no option 'patiance'. Did you mean 'patience'?"],
    [{ rate: 1, momentum: 1 }, "there is no option 'momentum'. It takes rate,"],
    [{ rate: 1, constructor: 1 }, "there is no option 'constructor'."],
    [{}, 'rate must be a number >= 0, got undefined.'],
    [undefined, 'rate must be a number >= 0, got undefined.'],
    [null, 'options must be an object with the options rate, decay, patience'],
    [[], 'options must be an object with the options'],
    ['x', "keep, on, limit, store; got 'x'."],
    [() => {}, 'got a function.'],
    [{ rate: null }, 'rate must be a number >= 0, got null.'],
    [{ rate: 1, decay: 'slow' }, "decay must be a number >= 0 or a schedule, got 'slow'."],
    [{ rate: 1, decay: -1 }, 'decay must be a number >= 0, got -1.'],
    [{ rate: 1, keep: -Infinity }, 'keep must be a whole number >= 1, got -Infinity.'],
    [{ rate: 1, mode: 'up' }, "mode must be one of 'min', 'max', got 'up'."],
    [{ rate: 1, names: [] }, 'names must be a list of names, got [].'],
    [{ rate: 1, names: ['a', 2] }, 'names[1] must be a string that is not empty, got 2.'],
    [{ rate: 1, names: 'a' }, "names must be a list of names, got 'a'."],
    [{ rate: 1, store: null }, 'store must be a store, got null.'],
    [{ rate: 1, limit: NaN }, 'limit must be a number, got NaN.'],
  ])('refuses %j', (options, message) => {
    expect(() => read(options as never)).toThrow(`[thing] `);
    expect(() => read(options as never)).toThrow(message);
  });

  test('a schedule checks each of its values, and says what it is', () => {
    const ramp: Schedule = ({ step }) => step - 8;
    const { values, config } = read({ rate: 1, decay: ramp });
    const decay = values.decay as Schedule;
    expect(decay({ ...at, step: 9 })).toBe(1);
    expect(() => decay(at)).toThrow('[thing] decay at step 7 must be a number >= 0, got -1.');
    expect(config['decay']).toBe('function ramp');
    const named = Object.assign(((_: StepPosition) => 1) as Schedule, {
      config: { kind: 'constant', value: 1 },
    });
    expect(read({ rate: 1, decay: named }).config['decay']).toEqual({ kind: 'constant', value: 1 });
  });
});

test('the nearest name is found through case, dashes, and typing errors, and only there', () => {
  const known = ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay'];
  expect(nearest('learningrate', known)).toBe('learningRate');
  expect(nearest('learning_rate', known)).toBe('learningRate');
  expect(nearest('wieghtDecay', known)).toBe('weightDecay');
  expect(nearest('beta', known)).toBe('beta1');
  expect(nearest('eps', known)).toBeUndefined();
  expect(nearest('', known)).toBeUndefined();
  expect(nearest('x'.repeat(1e5), known)).toBeUndefined();
});

test('options that throw when they are read are refused as what they are', () => {
  const broken = Object.defineProperty({}, 'rate', {
    enumerable: true,
    get() {
      throw new Error('no rate');
    },
  });
  expect(() =>
    readOptions('some-kind', broken as { rate?: number }, { rate: option.number({ default: 1 }) }),
  ).toThrow(
    expect.objectContaining({
      code: 'invalid-option',
      message: expect.stringContaining('cannot be read: no rate'),
    }),
  );
});

test('anything becomes plain JSON', () => {
  class Odd {}
  expect(plainJson([NaN, /a/g, null, { a: { b: -Infinity } }, Float32Array.of(0.5)])).toEqual([
    'NaN',
    '/a/g',
    null,
    { a: { b: '-Infinity' } },
    [0.5],
  ]);
  expect(plainJson(new Odd())).toBe('an object with keys (none)');
  expect(plainJson(undefined)).toBe('undefined');
});
