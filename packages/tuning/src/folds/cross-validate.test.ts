import type { Plugin } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import type { CrossValidateOptions } from './cross-validate.js';
import { crossValidate } from './cross-validate.js';
import type { FoldContext } from './fit-fold.js';
import type { FoldStore } from './fold-store.js';
import { overSeeds } from './over-seeds.js';
import { folds, trainer, training } from '../../testing/toy-folds.js';

/** A store whose entries can be looked at, and which may stop taking any. */
function store(limit = Infinity): FoldStore & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>();
  let writes = 0;
  return {
    entries,
    read: async (name) => entries.get(name),
    write: async (name, bytes) => {
      if (++writes > limit) throw new Error('killed');
      entries.set(name, Uint8Array.from(bytes));
    },
  };
}

describe('crossValidate', () => {
  test('trains on each fold and evaluates it, as by hand', async () => {
    const result = await crossValidate({ folds: folds(4), ...training, seed: 5 });
    expect(result.folds.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(new Set(result.folds.map(({ seed }) => seed)).size).toBe(4);
    const losses: number[] = [];
    for (const { index, seed, epochs, metrics } of result.folds) {
      const { train, validation } = folds(4)[index]!;
      const own = trainer([], seed);
      const record = await own.fit(train, { ...training.fit, validation });
      expect(epochs).toEqual(record.epochs);
      expect(metrics).toEqual(await own.evaluate(validation));
      losses.push(metrics['loss']!);
    }
    const mean = losses.reduce((a, b) => a + b) / 4;
    expect(result.mean['loss']).toBeCloseTo(mean, 12);
    const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / 3;
    expect(result.deviation['loss']).toBeCloseTo(Math.sqrt(variance), 12);
    expect(Object.keys(result.mean)).toEqual(['loss', 'accuracy']);
    expect(result.pruned).toBe(false);
  });

  test('is the same whatever runs at once', async () => {
    const one = await crossValidate({ folds: folds(3), ...training });
    expect(await crossValidate({ folds: folds(3), ...training, parallel: 3 })).toEqual(one);
    expect(await crossValidate({ folds: folds(3), ...training, seed: 1 })).not.toEqual(one);
  });

  test('gives predictions out of fold in the order of the data', async () => {
    const { predictions, folds: records } = await crossValidate({
      folds: folds(3),
      ...training,
      predictions: true,
    });
    const { data: all, shape } = predictions!['output']!;
    expect(shape).toEqual([22, 3]);
    const own = trainer([], records[1]!.seed);
    await own.fit(folds(3)[1]!.train, training.fit);
    const tensor = (await own.predict(folds(3)[1]!.validation)) as { data(): Promise<Float32Array> };
    const expected = await tensor.data();
    [1, 4, 7].forEach((row, i) =>
      expect(all.slice(3 * row, 3 * row + 3)).toEqual(expected.slice(3 * i, 3 * i + 3)),
    );
    const without = folds(3).map(({ train, validation }) => ({ train, validation }));
    const unordered = await crossValidate({ folds: without, ...training, predictions: true });
    expect(unordered.predictions).toBeUndefined();
    expect(unordered.folds[0]!.predictions!['output']!.shape).toEqual([8, 3]);
  });

  test('goes on after an end at any write, from checkpoints within folds, to the same bits', async () => {
    const options = { folds: folds(3), ...training, predictions: true };
    const whole = await crossValidate(options);
    const counted = store();
    await crossValidate({ ...options, store: counted, checkpointEvery: 1 });
    for (const limit of [0, 1, 2, 3, 4, 5, 7, 9, 12]) {
      const broken = store(limit);
      await expect(crossValidate({ ...options, store: broken, checkpointEvery: 1 })).rejects.toThrow(
        'killed',
      );
      const left: FoldStore = { ...store(), read: async (name) => broken.entries.get(name) };
      const epochs: number[] = [];
      const resumed = await crossValidate({
        ...options,
        trainer: ({ plugin, seed }) =>
          trainer([plugin, { name: 'count', onEpochStart: (run) => void epochs.push(run.epoch) }], seed),
        store: left,
        checkpointEvery: 1,
      });
      expect(withoutSeconds(resumed)).toEqual(withoutSeconds(whole));
      if (limit === 2) expect(epochs).toEqual([2, 0, 1, 2, 0, 1, 2]);
      if (limit === 5) expect(epochs).toEqual([0, 1, 2, 0, 1, 2]);
    }
  });

  test('a signal stops it with an error, and it goes on', async () => {
    const kept = store();
    const controller = new AbortController();
    let epochs = 0;
    const count: Plugin = {
      name: 'count',
      onEpochEnd: () => {
        if (++epochs === 5) controller.abort('enough');
      },
    };
    const options: CrossValidateOptions = { folds: folds(3), ...training, store: kept, checkpointEvery: 1 };
    const stopped = crossValidate({
      ...options,
      trainer: ({ plugin, seed }) => trainer([plugin, count], seed),
      signal: controller.signal,
    });
    await expect(stopped).rejects.toMatchObject({ code: 'aborted', scope: 'cross-validate' });
    expect(await crossValidate(options)).toEqual(await crossValidate({ folds: folds(3), ...training }));
  });

  test('runs folds by a function in place of a trainer', async () => {
    const result = await crossValidate({
      folds: folds(3),
      run: async ({ index, seed, validation }) => ({ metrics: { loss: index, size: validation.size, seed } }),
    });
    expect(result.mean).toMatchObject({ loss: 1, size: 22 / 3 });
    expect(result.deviation['loss']).toBe(1);
  });

  test.each([
    ['one fold', { folds: folds(3).slice(1, 2) }, /folds must be a list of at least two folds/],
    ['neither trainer nor run', { trainer: undefined }, /trainer and fit must be given, or run/],
    ['both', { run: async () => ({ metrics: {} }) }, /trainer and fit must be left out where run is given/],
    ['no fold at once', { parallel: 0 }, /parallel must/],
    ['checkpoints without a store', { checkpointEvery: 1 }, /store must be given where checkpointEvery is/],
    ['an unknown option', { seeds: [1] }, /there is no option 'seeds'/],
    [
      'no plugin',
      { trainer: ({ seed }: FoldContext) => trainer([], seed) },
      /the trainer of fold 0 lacks the fold's plugin/,
    ],
  ])('%s is refused', async (_, change, message) => {
    const options = { folds: folds(3), ...training, ...change } as CrossValidateOptions;
    await expect(crossValidate(options)).rejects.toThrow(message);
  });
});

const withoutSeconds = (value: object) => JSON.parse(JSON.stringify(value)) as unknown;

describe('overSeeds', () => {
  test('trains once for each seed on the same data', async () => {
    const { train, validation } = folds(3)[0]!;
    const result = await overSeeds({ seeds: [3, 9], train, validation, ...training });
    expect(result.folds.map(({ seed }) => seed)).toEqual([3, 9]);
    const own = trainer([], 9);
    await own.fit(train, training.fit);
    expect(result.folds[1]!.metrics).toEqual(await own.evaluate(validation));
    expect(result.deviation['loss']).toBeGreaterThan(0);
  });

  test.each([[[1]], [[1, 1]], [[1, -1]], [3]])('seeds %j are refused', async (seeds) => {
    const { train, validation } = folds(3)[0]!;
    const wrong = overSeeds({ seeds: seeds as number[], train, validation, ...training });
    await expect(wrong).rejects.toThrow(/\[over-seeds\] seeds must be at least two whole numbers/);
  });
});
