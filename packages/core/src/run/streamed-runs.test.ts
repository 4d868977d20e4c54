import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HostArray, HostArrays } from '../data/arrays.js';
import type { Dataset, HostBatch } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import type { Sampler } from '../data/sampler.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-codec.js';
import type { FitOptions } from './fit-options.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

const EXAMPLES = 23;

/** The examples of `digits`, three at a time; later where asked. */
function streamed(extra: Partial<DataStream> = {}, later = false): DataStream {
  const data = digits(EXAMPLES);
  const piece = (from: number): HostBatch =>
    data.batch(Uint32Array.from({ length: Math.min(3, EXAMPLES - from) }, (_, i) => from + i)) as HostBatch;
  return {
    inputs: data.inputs,
    targets: data.targets,
    *open({ start }) {
      for (let from = start; from < EXAMPLES; from += 3) yield piece(from);
    },
    ...(later && {
      async *open({ start }) {
        for (let from = start; from < EXAMPLES; from += 3) {
          await Promise.resolve();
          yield piece(from);
        }
      },
    }),
    ...extra,
  };
}

/** Trains, and goes on in a trainer of its own from the checkpoint that is taken after `stopAfter` steps. */
async function trained(
  data: Dataset | DataStream,
  options: FitOptions,
  stopAfter?: number,
): Promise<{ weights: number[]; losses: number[]; steps: number }> {
  let saved: Uint8Array | undefined;
  let steps = 0;
  const trainer = (): Trainer =>
    new Trainer({
      model: toyModel(),
      loss: squaredError(),
      optimizer: momentum(0.05),
      seed: 3,
      plugins: [
        {
          name: 'watch',
          async onStepEnd(run) {
            steps = run.step;
            if (saved || run.step !== stopAfter) return;
            saved = encodeCheckpoint(await run.checkpoint());
            run.stop('halfway');
          },
        },
      ],
    }) as unknown as Trainer;
  let subject = trainer();
  let record = await subject.fit(data, options);
  if (stopAfter !== undefined) {
    subject = trainer();
    record = await subject.fit(data, { ...options, resumeFrom: decodeCheckpoint(saved!) });
  }
  const weights = Object.values(await subject.getWeights()).flatMap(({ data: values }) => [...values]);
  return { weights, losses: record.epochs.map(({ loss }) => loss!), steps };
}

const options: FitOptions = { epochs: 3, batchSize: 5 };

describe('a run over a stream', () => {
  test('trains as over a data set in the same order, the short last batch included', async () => {
    const inMemory = await trained(digits(EXAMPLES), { ...options, shuffle: false });
    expect(await trained(streamed(), options)).toEqual(inMemory);
    expect(await trained(streamed({}, true), options)).toEqual(inMemory);
    expect(inMemory.steps).toBe(15);
    expect((await trained(streamed(), { ...options, dropLast: true })).steps).toBe(12);
    const shuffled = await trained(streamed({ shuffleBuffer: 8 }), options);
    expect(shuffled.weights).not.toEqual(inMemory.weights);
    expect((await trained(streamed({ shuffleBuffer: 8 }), { ...options, shuffle: false })).weights).toEqual(
      inMemory.weights,
    );
  });

  test.each([1, 4, 5, 7, 12])('resumes after step %i to the same bits', async (stopAfter) => {
    for (const data of [
      streamed({ shuffleBuffer: 8 }),
      streamed({ shuffleBuffer: 8, prefetch: 3 }, true),
      streamed({ shuffleBuffer: 8, size: EXAMPLES }),
      streamed({ seekable: true }),
    ]) {
      const whole = await trained(data, options);
      expect(await trained(data, options, stopAfter)).toEqual(whole);
    }
  });

  test('evaluates and validates over one, and closes it where it stops', async () => {
    let open = 0;
    const counted: DataStream = {
      ...streamed(),
      *open({ start }) {
        open++;
        try {
          yield* streamed().open({ seed: 0, epoch: 0, start }) as unknown as Iterable<HostBatch>;
        } finally {
          open--;
        }
      },
    };
    const trainer = new Trainer({ model: toyModel(), loss: squaredError(), optimizer: momentum(0.05) });
    const { loss } = await trainer.evaluate(digits(EXAMPLES));
    expect((await trainer.evaluate(counted)).loss).toBeCloseTo(Number(loss), 6);
    await trainer.fit(counted, { steps: 2, batchSize: 5, validation: counted });
    expect(open).toBe(0);
  });
});

describe('a run with a sampler', () => {
  const thrice: Sampler = {
    name: 'thrice',
    length: 12,
    order: (size, { seed, epoch }) =>
      Uint32Array.from({ length: 12 }, (_, i) => (seed + 7 * epoch + 5 * i) % size),
  };

  test('takes the examples that it says, and resumes to the same bits', async () => {
    const withSampler = { ...options, sampler: thrice };
    const whole = await trained(digits(EXAMPLES), withSampler);
    expect(whole.steps).toBe(9);
    expect(await trained(digits(EXAMPLES), withSampler, 4)).toEqual(whole);
    expect((await trained(digits(EXAMPLES), { ...options, shuffle: false })).weights).not.toEqual(
      whole.weights,
    );
  });

  test('is refused for a stream', async () => {
    await expect(trained(streamed(), { ...options, sampler: thrice })).rejects.toThrow(
      "sampler 'thrice' needs a data set",
    );
  });
});

/** Gives batches one after the other in the same memory, or each in its own. */
function memory(shared: boolean): (batch: HostBatch) => HostBatch {
  const kept: Record<string, Float32Array> = {};
  const give = (name: string, array: HostArray): HostArray => {
    const values = array.data as Float32Array;
    if (!shared) return { ...array, data: values.slice() };
    const data = (kept[name] ??= new Float32Array(64)).subarray(0, values.length);
    data.set(values);
    return { ...array, data };
  };
  const all = (arrays: HostArrays): HostArrays =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, give(name, array)]));
  return ({ inputs, targets }) => ({ inputs: all(inputs), targets: all(targets) });
}

describe('a source that writes each batch into the memory of the one before', () => {
  const { arrays: _, ...plain } = digits(EXAMPLES);
  const set =
    (later: boolean) =>
    (shared: boolean): Dataset => {
      const give = memory(shared);
      const batch = (indices: Uint32Array) => give(plain.batch(indices) as HostBatch);
      return { ...plain, batch: later ? async (indices) => batch(indices) : batch };
    };
  const stream =
    (extra: Partial<DataStream>, later: boolean) =>
    (shared: boolean): DataStream => {
      const give = memory(shared);
      return {
        ...streamed(extra),
        open: (start) => {
          const reader = streamed({}).open(start);
          const next = (): IteratorResult<HostBatch, unknown> => {
            const result = reader.next() as IteratorResult<HostBatch, unknown>;
            return result.done ? result : { done: false, value: give(result.value) };
          };
          return { next: later ? async () => next() : next };
        },
      };
    };
  test.each<[string, (shared: boolean) => Dataset | DataStream, number]>([
    ['a data set', set(false), 1],
    ['a data set, two batches a step', set(false), 2],
    ['a stream', stream({}, false), 1],
    ['a shuffled stream', stream({ shuffleBuffer: 10 }, false), 1],
    ['a stream that answers later', stream({ prefetch: 2 }, true), 1],
  ])('%s trains as with memory for each', async (_, source, accumulate) => {
    const numbers = async (shared: boolean): Promise<unknown> => {
      const trainer = new Trainer({
        model: toyModel(),
        loss: squaredError(),
        optimizer: momentum(0.05),
        accumulate,
      });
      const data = source(shared);
      const { epochs } = await trainer.fit(data, { epochs: 2, batchSize: 4, validation: source(shared), validationBatchSize: 5 }); // prettier-ignore
      return [epochs, await trainer.evaluate(source(shared), { batchSize: 6 }), await trainer.getWeights()];
    };
    expect(await numbers(true)).toEqual(await numbers(false));
  });

  test('is refused where several batches are under way', async () => {
    const trainer = new Trainer({ model: toyModel(), loss: squaredError(), optimizer: momentum(0.05) });
    await expect(trainer.fit(set(true)(true), { epochs: 1, batchSize: 4 })).rejects.toThrow(
      '[data-set] batch() of the data set answers later and gave two batches in the same memory',
    );
    expect((await trainer.fit(set(true)(false), { epochs: 1, batchSize: 4 })).status).toBe('completed');
  });
});
