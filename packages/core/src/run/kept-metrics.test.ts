import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ClasswiseMetric, EvaluationMetric, Metric } from '../step/metric.js';
import { MetricState } from '../step/metric-state.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-codec.js';
import type { Checkpoint } from './checkpoint.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

/** Keeps the outputs: their median. */
const median = (maxExamples = 100): EvaluationMetric<'median', number> => ({
  name: 'median',
  better: 'lower',
  maxExamples,
  sums: () => ({}),
  rows: ({ outputs }) => ({ outputs }),
  result: ({ outputs }) => [...outputs!].sort((a, b) => a - b)[Math.floor(outputs!.length / 2)]!,
});

/** The sums of outputs and targets, each with a name. */
const sides = (): ClasswiseMetric<'sides', 'given' | 'wanted'> => ({
  name: 'sides',
  better: 'higher',
  parts: ['given', 'wanted'],
  sums: ({ outputs, targets }) => ({ given: tf.sum(outputs), wanted: tf.sum(targets) }),
  result: ({ given, wanted }) => [given![0]!, wanted![0]!],
});

const pair: Metric<'pair', number[]> = { ...sides(), name: 'pair', parts: undefined as never };

const trainerOf = (metrics: readonly Metric[], plugins: readonly object[] = []) =>
  new Trainer({
    model: toyModel(),
    loss: squaredError(),
    optimizer: momentum(0),
    metrics,
    plugins: plugins as never,
  });

test('a list whose metric does not say that it is one is remarked on, once', async () => {
  const messages = async (metric: Metric): Promise<string[]> =>
    (await trainerOf([metric]).fit(digits(4), { epochs: 3 })).events.map(({ message }) => message);
  expect(await messages(pair)).toEqual([
    expect.stringMatching(/^'pair' gives a list and its metric does not say so/),
  ]);
  expect(await messages({ ...pair, isList: true })).toEqual([]);
});

describe('a metric that keeps rows', () => {
  test('is measured over validations and evaluations, whatever the batches, and never over steps', async () => {
    const data = digits(11);
    const trainer = trainerOf([median()]);
    const before = tf.memory().numTensors;
    const { epochs } = await trainer.fit(data, {
      epochs: 1,
      batchSize: 4,
      validation: data,
      validationBatchSize: 3,
    });
    const outputs = (await trainer.predict(data)) as tf.Tensor;
    const sorted = [...outputs.dataSync()].sort((a, b) => a - b);
    outputs.dispose();
    expect(epochs[0]).not.toHaveProperty('median');
    expect(epochs[0]!['val_median']).toBeCloseTo(sorted[5]!, 6);
    for (const batchSize of [1, 11]) {
      expect((await trainer.evaluate(data, { batchSize }))['median' as never]).toBeCloseTo(sorted[5]!, 6);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test('may be monitored as val_ alone', async () => {
    const plugin = (monitor: string) => ({ name: 'watch', monitors: [monitor], onEpochEnd() {} });
    const fit = (monitor: string) =>
      trainerOf([median()], [plugin(monitor)]).fit(digits(4), { epochs: 1, validation: digits(4) });
    await fit('val_median');
    await expect(fit('median')).rejects.toMatchObject({ code: 'unknown-metric' });
  });

  test('leaves what plugins see of the outputs alone', async () => {
    const seen: string[][] = [];
    const plugin = {
      name: 'look',
      onValidationBatch: (_: unknown, { outputs }: { outputs: object }) =>
        void seen.push(Object.keys(outputs)),
    };
    await trainerOf([median()], [plugin]).fit(digits(4), { epochs: 1, validation: digits(4) });
    expect(seen).toEqual([['line']]);
  });

  test('refuses more examples than it keeps', async () => {
    await expect(trainerOf([median(5)]).evaluate(digits(6), { batchSize: 3 })).rejects.toThrow(
      '[median] it keeps the outputs of at most 5 examples to be exact, and the data have more. Raise `maxExamples`',
    );
  });
});

describe('lists', () => {
  test('are in the record by epoch, their named parts are numbers', async () => {
    const { epochs, vectors } = await trainerOf([sides(), pair]).fit(digits(6), {
      epochs: 2,
      batchSize: 4,
      validation: digits(3),
    });
    const wanted = [...digits(6).arrays!.targets['target']!.data].reduce((sum, t) => sum + t, 0);
    expect(epochs[1]!['sides_wanted']).toBeCloseTo(wanted, 5);
    expect(epochs[1]).not.toHaveProperty('sides');
    expect(vectors!.map(({ epoch }) => epoch)).toEqual([0, 1]);
    expect(Object.keys(vectors![0]!.values)).toEqual(['sides', 'pair', 'val_sides', 'val_pair']);
    expect(vectors![1]!.values['pair']![1]).toBeCloseTo(wanted, 5);
    expect(vectors![0]!.values['val_sides']).toEqual([
      epochs[0]!['val_sides_given'],
      epochs[0]!['val_sides_wanted'],
    ]);
  });

  test.each([
    ['that say so before the first step', { isList: true }, 0],
    ['that do not say so at the end of the first epoch', {}, 2],
  ])('%s cannot be monitored', async (_, own, steps) => {
    for (const monitor of ['pair', 'val_pair']) {
      let done = 0;
      const plugin = { name: 'watch', monitors: [monitor], onStepEnd: () => void done++, onEpochEnd() {} };
      const fit = trainerOf([{ ...pair, ...own }], [plugin]).fit(digits(4), {
        epochs: 3,
        batchSize: 2,
        validation: digits(3),
      });
      await expect(fit).rejects.toMatchObject({ code: 'unknown-metric', scope: 'watch' });
      await expect(fit).rejects.toThrow(
        new RegExp(`"${monitor}" is a list or matrix, .*classwise.*val_loss`),
      );
      expect(done).toBe(steps);
    }
  });

  test('that say so have no column among the numbers, and share their name with nobody', async () => {
    const list = { ...pair, isList: true };
    const names: string[][] = [];
    const look = {
      name: 'look',
      onFitStart: (run: { metricNames: string[] }) => void names.push([...run.metricNames]),
    };
    await trainerOf([list], [look]).fit(digits(4), { epochs: 1 });
    expect(names).toEqual([['loss', 'learning_rate']]);
    const scalar: Metric = { name: 'pair', sums: () => ({ x: tf.scalar(1) }), result: ({ x }) => x![0]! };
    for (const both of [
      [list, list],
      [list, scalar],
      [{ ...sides(), name: 'pair' }, scalar],
    ])
      // prettier-ignore
      expect(() => trainerOf(both)).toThrow("two metrics are called 'pair'");
  });

  test('resume with the run', async () => {
    let saved: Checkpoint | undefined;
    const saver = {
      name: 'saver',
      onStepEnd: async (run: { step: number; checkpoint(): Promise<Checkpoint> }) => {
        if (run.step === 3) saved = decodeCheckpoint(encodeCheckpoint(await run.checkpoint()));
      },
    };
    const options = { epochs: 2, batchSize: 3, validation: digits(3) };
    const whole = await trainerOf([pair], [saver]).fit(digits(6), options);
    expect(whole.vectors).toHaveLength(2);
    const resumed = await trainerOf([pair], [{ ...saver }]).fit(digits(6), {
      ...options,
      resumeFrom: saved!,
    });
    expect(resumed.vectors).toEqual(whole.vectors);
  });

  test('of too many numbers stay out of the record, which says so', async () => {
    const long: Metric = {
      name: 'long',
      sums: () => ({ all: tf.ones([10_001]) }),
      result: ({ all }) => [...all!],
    };
    const { vectors, events } = await trainerOf([long, pair]).fit(digits(4), { epochs: 2 });
    expect(Object.keys(vectors![0]!.values)).toEqual(['pair']);
    expect(events.filter(({ message }) => message.startsWith('long is 10001 numbers'))).toHaveLength(1);
  });
});

describe('MetricState', () => {
  const batch = (values: number[]) => ({
    outputs: tf.tensor2d(values, [values.length, 1]),
    targets: tf.zeros([values.length, 1]),
  });

  test('is the same over parts that are joined as over the whole, through JSON too', async () => {
    for (const metric of [median(), sides()] as Metric[]) {
      const whole = new MetricState(metric);
      await whole.add(batch([5, 1, 4, 2, 9]));
      const [first, second] = [new MetricState(metric), new MetricState(metric)];
      await first.add(batch([5, 1]));
      await second.add(batch([4]));
      await second.add(batch([2, 9]));
      const copy = MetricState.load(
        metric,
        JSON.parse(JSON.stringify(second.save())) as ReturnType<typeof second.save>,
      );
      first.merge(copy);
      expect(first.result()).toEqual(whole.result());
    }
  });

  test('refuses nothing, another metric, and too many examples', async () => {
    expect(() => new MetricState(median()).result()).toThrow("'median' has seen no batch");
    expect(() => new MetricState<unknown>(median()).merge(new MetricState<unknown>(sides()))).toThrow(
      'cannot be merged',
    );
    const few = new MetricState(median(2));
    await few.add(batch([1, 2]));
    await expect(few.add(batch([3]))).rejects.toThrow('[median] it keeps');
  });
});
