import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { earlyStopping, ema, reduceLROnPlateau } from '@espalier/callbacks';
import { compiled } from '@espalier/compile';
import {
  type Checkpoint,
  type Dataset,
  type Executor,
  type FitOptions,
  type FunctionalModel,
  type HostArrays,
  type Plugin,
  type RunRecord,
  Trainer,
  type TrainerOptions,
} from '@espalier/core';
import { fromArrays, split, syntheticClassification, weightedSampler } from '@espalier/datasets';
import { meanSquaredError, softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam, adamW, cosineDecay, sgd } from '@espalier/optimizers';
import { gaussianNoise, l1Proximal, l2 } from '@espalier/regularizers';
import { beforeAll, describe, expect, test } from 'vitest';
import { toyParts } from './toy-parts.js';

beforeAll(() => tf.setBackend('cpu'));

/** Listens to steps, so that they are done one by one. */
const listener: Plugin = { name: 'listener', onStepEnd: () => {} };

interface Counts {
  series: number;
  single: number;
}

/** WebAssembly steps, counted by how they were done. */
function counting(counts: Counts, begun?: () => void): Executor {
  const wasm = compiled({ target: 'wasm' });
  return {
    name: wasm.name,
    async start(program, state) {
      const session = await wasm.start(program, state);
      const [train, trainSeries] = [session.train.bind(session), session.trainSeries!.bind(session)];
      return Object.assign(session, {
        train(...args: Parameters<typeof train>) {
          counts.single++;
          return train(...args);
        },
        trainSeries(series: Parameters<typeof trainSeries>[0]) {
          return trainSeries({
            ...series,
            done(sums, steps) {
              if (counts.series === 0) begun?.();
              counts.series += steps;
              return series.done(sums, steps);
            },
          });
        },
      });
    },
  };
}

type Parts = Omit<TrainerOptions, 'executor'> & { readonly data: Dataset; readonly fit: FitOptions };

interface Outcome {
  readonly record: Pick<RunRecord, 'epochs' | 'status' | 'stopReason'> | undefined;
  readonly error: string | undefined;
  readonly weights: HostArrays;
  readonly counts: Counts;
  readonly final: Checkpoint | undefined;
}

async function run(make: () => Parts, extra: readonly Plugin[], begun?: () => void): Promise<Outcome> {
  const { data, fit, plugins = [], ...parts } = make();
  const counts = { series: 0, single: 0 };
  let final: Checkpoint | undefined;
  const saver: Plugin = { name: 'saver', onFitEnd: async (ended) => void (final = await ended.checkpoint()) };
  const trainer = new Trainer({
    ...parts,
    plugins: [...plugins, saver, ...extra],
    executor: counting(counts, begun),
  } as TrainerOptions);
  let record: RunRecord | undefined;
  let error: string | undefined;
  try {
    record = await trainer.fit(data, fit);
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  const { epochs, status, stopReason } = record ?? { epochs: [], status: 'failed' as const };
  return {
    record: { epochs, status, ...(stopReason === undefined ? {} : { stopReason }) },
    error,
    weights: await trainer.getWeights(),
    counts,
    final,
  };
}

const bits = ({ final, weights }: Outcome) => ({
  step: final!.step,
  position: final!.position,
  totals: final!.totals,
  arrays: Object.entries(final!.arrays).map(([name, { data }]) => [name, [...data]]),
  weights: Object.entries(weights).map(([name, { data }]) => [name, [...data]]),
});

const [train, validation] = split(
  syntheticClassification({ examples: 80, features: 6, classes: 3, seed: 2 }),
  { fractions: [0.8, 0.2], seed: 2 },
);
const classifier = (dropout = 0.3, inputs = 6) =>
  mlp({ inputs, hidden: [8], outputs: 3, dropout, batchNormalization: 'before-activation', seed: 5 });
const base = (optimizer: TrainerOptions['optimizer'], fit: Partial<FitOptions> = {}): Parts => ({
  model: classifier(),
  loss: softmaxCrossEntropy(),
  metrics: [accuracy()],
  optimizer,
  plugins: [
    l2({ lambda: 1e-3 }),
    l1Proximal({ lambda: 1e-4 }),
    gaussianNoise({ stddev: 0.1 }),
    ema(),
    earlyStopping({ monitor: 'val_loss', patience: 50, restoreBest: true }),
    reduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 0.2, factor: 0.5 }),
  ],
  seed: 5,
  data: train,
  fit: { epochs: 4, batchSize: 8, validation, ...fit },
});
const wide = fromArrays({
  inputs: {
    data: Uint8Array.from({ length: 50 * 30 }, (_, i) => (i * 89) % 256),
    shape: [50, 30],
    dtype: 'float32',
    scale: 1 / 255,
    offset: -0.5,
  },
  targets: Int32Array.from({ length: 50 }, (_, i) => i % 3),
  weights: Float32Array.from({ length: 50 }, (_, i) => 1 + (i % 4)),
  classNames: ['a', 'b', 'c'],
});
const narrow = fromArrays({
  inputs: {
    data: Uint8Array.from({ length: 50 * 6 }, (_, i) => (i * 89) % 256),
    shape: [50, 6],
    dtype: 'float32',
    scale: 1 / 255,
  },
  targets: Int32Array.from({ length: 50 }, (_, i) => i % 3),
  classNames: ['a', 'b', 'c'],
});
const words = fromArrays({
  inputs: { data: Int32Array.from({ length: 60 }, (_, i) => (i * 7) % 10), shape: [20, 3], dtype: 'int32' },
  targets: Int32Array.from({ length: 20 }, (_, i) => i % 3),
  classNames: ['a', 'b', 'c'],
});
const embedding = () =>
  tfl.sequential({
    layers: [
      tfl.layers.embedding({
        name: 'words',
        inputDim: 10,
        outputDim: 4,
        inputLength: 3,
        embeddingsInitializer: tfl.initializers.randomUniform({ minval: -1, maxval: 1, seed: 1 }),
      }),
      tfl.layers.flatten(),
      tfl.layers.dense({ name: 'classes', units: 3, kernelInitializer: 'ones' }),
    ],
  });
const cosine = () => adam({ learningRate: cosineDecay({ initialValue: 0.01, decayEpochs: 4 }) });

const cases: readonly (readonly [string, () => Parts])[] = [
  ['sgd', () => base(sgd({ learningRate: 0.05 }))],
  ['momentum', () => base(sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }))],
  ['adam with a schedule', () => base(cosine())],
  ['adamW', () => base(adamW({ learningRate: 0.01, weightDecay: 0.05 }))],
  ['a short last batch', () => base(cosine(), { batchSize: 7 })],
  ['a limit in steps', () => base(cosine(), { steps: 21 })],
  ['a limit to the batches of an epoch', () => base(cosine(), { limit: { training: 5 } })],
  ['validation between steps', () => base(cosine(), { validationEvery: { steps: 3 } })],
  ['a sampler', () => base(cosine(), { sampler: weightedSampler({ weights: Float64Array.from({ length: 64 }, (_, i) => 1 + i) }) })],
  ['long rows of scaled bytes, weighted', () => ({ ...base(cosine(), { validation: wide }), model: classifier(0.3, 30), data: wide })],
  ['short rows of scaled bytes', () => ({ ...base(cosine(), { validation: narrow }), data: narrow })],
  ['look-ups', () => ({ ...base(cosine(), { validation: words, batchSize: 4 }), model: embedding(), data: words, plugins: [] })],
  ['the toy run', () => ({ ...toyParts(), fit: { epochs: 3, batchSize: 1 } })],
];

describe('steps with nobody looking between them give the bits of steps one by one', () => {
  test.each(cases)('%s', async (_, make) => {
    const [many, single] = [await run(make, []), await run(make, [listener])];
    expect(single.counts.series).toBe(0);
    expect(single.counts.single).toBeGreaterThan(5);
    // The first step is compiled, short batches and those before somebody looks are done alone.
    expect(many.counts.series).toBeGreaterThan(single.counts.single / 2);
    expect(many.counts.series + many.counts.single).toBe(single.counts.single);
    expect(many.error).toBeUndefined();
    expect(many.record).toEqual(single.record);
    expect(bits(many)).toEqual(bits(single));
  });

  test('a schedule that fails leaves the weights of the step before, and says where', async () => {
    const make = (): Parts => base(adam({ learningRate: ({ step }) => (step < 13 ? 0.01 : NaN) }));
    const [many, single] = [await run(make, []), await run(make, [listener])];
    expect(many.counts.series).toBeGreaterThan(8);
    expect(many.error).toContain('at step 13');
    expect(many.error).toBe(single.error);
    expect(many.final!.step).toBe(13);
    expect(bits(many).weights).toEqual(bits(single).weights);
    expect(bits(many).totals).toEqual(bits(single).totals);
  });

  test('a trap in the middle of a call leaves the state of the step before, and says where', async () => {
    // What is looked up is computed inside of the step, so that nobody can look at it beforehand.
    const lookingUp = (fit: FitOptions): Parts => {
      const table = tf.variable(tf.fill([4], 0.5));
      const model: FunctionalModel = {
        parameters: { table },
        forward: (inputs, { table: rows }) =>
          tf.gather(rows!, tf.cast(tf.square(Object.values(inputs)[0]!), 'int32')),
      };
      const numbers = Array.from({ length: 40 }, (_, i) => [i === 30 ? 9 : i % 2]);
      const data = fromArrays({ inputs: numbers, targets: numbers });
      const loss = meanSquaredError();
      return { model, loss, optimizer: adam({ learningRate: 0.01 }), seed: 5, data, fit };
    };
    const all = { epochs: 1, batchSize: 1 };
    const [many, single] = [
      await run(() => lookingUp(all), []),
      await run(() => lookingUp(all), [listener]),
    ];
    const failedAt = many.final!.step;
    expect(failedAt).toBeGreaterThan(8);
    expect(many.counts.series + many.counts.single).toBeGreaterThanOrEqual(failedAt);
    expect(many.error).toMatch(
      new RegExp(`step ${failedAt} failed in WebAssembly: .*unreachable.* state is that of the step before`),
    );
    expect(many.error).toBe(single.error);
    expect(bits(many)).toEqual(bits(single));
    const before = await run(() => lookingUp({ ...all, steps: failedAt }), []);
    expect(bits(before)).toEqual(bits(many));
  });

  test('a run cut off in the middle of an epoch goes on from there', async () => {
    const plain = (fit: Partial<FitOptions>): Parts => ({
      ...base(cosine(), fit),
      plugins: [gaussianNoise({ stddev: 0.1 })],
    });
    const whole = await run(() => plain({}), []);
    const half = await run(() => plain({ steps: 13 }), []);
    expect(half.final!.stepInEpoch).toBe(5);
    const resumed = await run(() => plain({ resumeFrom: half.final! }), []);
    expect(resumed.counts.series).toBeGreaterThan(10);
    expect(bits(resumed)).toEqual(bits(whole));
    expect(resumed.record).toEqual(whole.record);
  });

  test('timers and an abort signal have their turn within an epoch, and the run stops there', async () => {
    const controller = new AbortController();
    const make = (): Parts => ({
      ...toyParts(),
      fit: { epochs: 1, batchSize: 1, signal: controller.signal },
      data: fromArrays({
        inputs: { data: new Float32Array(500_000), shape: [500_000, 1], dtype: 'float32' },
        targets: { data: new Float32Array(500_000), shape: [500_000, 1], dtype: 'float32' },
      }),
    });
    const { record, counts, final } = await run(make, [], () => {
      setTimeout(() => controller.abort('enough'), 5);
    });
    expect(record!.stopReason).toBe('aborted: enough');
    expect(final!.step).toBeLessThan(500_000);
    expect(final!.step).toBe(counts.series + counts.single);
    expect(final!.position).toEqual({ examples: final!.step });
  });
});
