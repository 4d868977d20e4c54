import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Executor } from '@espalier/core';
import { eager, EspalierError } from '@espalier/core';
import { expectNoLeak, toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { findBatchSize } from './find-batch-size.js';

beforeAll(() => tf.setBackend('cpu'));

const parts = () => ({ model: toyModel(), loss: toyCrossEntropy(), optimizer: toyOptimizer(), seed: 1 });

/** An engine that has memory for so many examples. */
const withRoomFor = (examples: number, error: () => Error): Executor => ({
  name: 'small',
  async start(program, state) {
    const session = await eager().start(program, state);
    const train = session.train.bind(session);
    return Object.assign(session, {
      train: (...[batch, inputs]: Parameters<typeof train>) => {
        if (Object.values(batch.inputs)[0]!.shape[0]! > examples) throw error();
        return train(batch, inputs);
      },
    });
  },
});
const full = () => new EspalierError({ code: 'out-of-memory', scope: 'small', message: 'no room' });

describe('findBatchSize', () => {
  test.each([
    ['power', 8, [2, 4, 8, 16], 8],
    ['power', 100, [2, 4, 8, 16, 22], 22],
    ['binsearch', 11, [2, 4, 8, 16, 12, 10, 11], 11],
    ['binsearch', 100, [2, 4, 8, 16, 22], 22],
  ] as const)('%s, with room for %i', async (mode, room, sizes, batchSize) => {
    const options = { ...parts(), executor: withRoomFor(room, full) };
    const before = options.model.getWeights().map((weight) => [...weight.dataSync()]);
    const found = await findBatchSize(options, toyClasses(), { mode });
    expect(found.batchSize).toBe(batchSize);
    expect(found.bounded).toBe(room < 22);
    expect(found.tried.map((trial) => trial.batchSize)).toEqual(sizes);
    for (const trial of found.tried) {
      expect(trial.fits).toBe(trial.batchSize <= room);
      if (trial.fits) expect(trial.examplesPerSecond).toBeGreaterThan(0);
      else expect(trial.why).toBe('[small] no room');
    }
    expect(options.model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
    options.model.dispose();
  });

  test('goes down where the first does not fit, and says where nothing does', async () => {
    const invalid = () => new RangeError('Array buffer allocation failed');
    const options = { ...parts(), executor: withRoomFor(3, invalid) };
    const found = await findBatchSize(options, toyClasses(), { from: 16 });
    expect(found.tried.map(({ batchSize }) => batchSize)).toEqual([16, 8, 4, 2]);
    expect(found).toMatchObject({ batchSize: 2, bounded: true });
    const exact = await findBatchSize(options, toyClasses(), { from: 16, mode: 'binsearch' });
    expect(exact.batchSize).toBe(3);
    await expect(
      findBatchSize({ ...options, executor: withRoomFor(0, full) }, toyClasses()),
    ).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining('not even') as unknown,
    });
  });

  test('an error that is not of memory ends it, and the weights are put back', async () => {
    const options = { ...parts(), executor: withRoomFor(4, () => new Error('broken')) };
    const before = options.model.getWeights().map((weight) => [...weight.dataSync()]);
    await expect(findBatchSize(options, toyClasses())).rejects.toThrow('broken');
    expect(options.model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
  });

  test('measures the bytes of a step, the same each time', async () => {
    const run = () => findBatchSize(parts(), toyClasses(), { memoryMB: 1 });
    const [first, second] = [await run(), await run()];
    const bytes = first.tried.map(({ megabytes }) => megabytes! * 2 ** 20);
    expect(second.tried.map(({ megabytes }) => megabytes! * 2 ** 20)).toEqual(bytes);
    expect(first.batchSize).toBe(22);
    // At least weights, their slots, inputs, targets, what the layers gave and gradients: each is there when the update begins.
    const weights = 4 * (3 * 4 + 4 + 4 * 3 + 3);
    first.tried.forEach(({ batchSize }, i) => {
      expect(bytes[i]).toBeGreaterThan(3 * weights + 4 * batchSize * (3 + 3 + 4 + 3));
      expect(bytes[i]).toBeLessThan(10 * weights + 40 * batchSize * (3 + 3 + 4 + 3));
    });
    // Each example costs the same.
    const perExample = (bytes[2]! - bytes[1]!) / 4;
    expect((bytes[3]! - bytes[2]!) / 8).toBe(perExample);
    const room = (bytes[2]! + 2.5 * perExample) / 2 ** 20;
    const found = await findBatchSize(parts(), toyClasses(), { memoryMB: room, mode: 'binsearch' });
    expect(found.batchSize).toBe(10);
    expect(found.tried.at(-1)).toMatchObject({ batchSize: 11, fits: false });
    expect(found.tried.at(-1)!.why).toContain('MiB');
    expect(found.tried.at(-1)!.examplesPerSecond).toBeUndefined();
  });

  test('leaves nothing behind, and asks for a bound where there is none', async () => {
    await expectNoLeak(async () => {
      const options = parts();
      await findBatchSize(options, toyClasses(), { max: 4, memoryMB: 1 });
      options.model.dispose();
    });
    const { inputs, targets } = toyClasses();
    const endless = { inputs, targets, open: () => [][Symbol.iterator]() };
    await expect(findBatchSize(parts(), endless as never)).rejects.toThrow('max must be a whole number');
  });
});
