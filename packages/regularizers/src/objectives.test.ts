import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Loss, type Plugin, type RunRecord, Trainer } from '@espalier/core';
import {
  expectNoLeak,
  toyCrossEntropy,
  toyDataset,
  toyOptimizer,
  toyRun,
  toyWeights,
} from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { largestError } from '../../../testing/references/regularizers/fixture.js';
import { distillation } from './distillation.js';
import { meanTeacher } from './mean-teacher.js';
import { sam } from './sam.js';
import { uncertaintyWeighting } from './uncertainty-weighting.js';

interface Case {
  readonly losses: readonly number[];
  readonly penalties: readonly number[];
  readonly weights: Readonly<Record<string, number[]>>;
}

/** training.json: runs of a small network by PyTorch, full batches, momentum 0.9, rate 0.1. */
const fixture = JSON.parse(
  readFileSync(new URL('../../../testing/references/regularizers/training.json', import.meta.url), 'utf8'),
) as Readonly<Record<'sam' | 'adaptiveSam' | 'distillation' | 'meanTeacher', Case>> & {
  readonly uncertainty: Case & { readonly logVariances: number[] };
  readonly steps: number;
  readonly inputs: number[][];
  readonly labels: number[];
  readonly values: number[][];
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly weights: Readonly<Record<string, number[]>>;
  readonly teacher: Readonly<Record<string, number[]>>;
};

const meanSquared: Loss = {
  name: 'mean-squared',
  perExample: (outputs, targets) => tf.mean<tf.Tensor1D>(tf.square(tf.sub(outputs, targets)), 1),
};

beforeAll(() => tf.setBackend('cpu'));

function modelWith(values: Readonly<Record<string, number[]>>, outputs: readonly string[]): tfl.LayersModel {
  const input = tfl.input({ shape: [3], name: 'input' });
  const hidden = tfl.layers.dense({ name: 'hidden', units: 4, activation: 'tanh' }).apply(input);
  const model = tfl.model({
    inputs: input,
    outputs: outputs.map(
      (name) =>
        tfl.layers
          .dense({ name, units: name === 'values' ? 2 : 3 })
          .apply(hidden as tfl.SymbolicTensor) as tfl.SymbolicTensor,
    ),
  });
  for (const name of ['hidden', ...outputs])
    tf.tidy(() =>
      model
        .getLayer(name)
        .setWeights(
          ['kernel', 'bias'].map((kind) =>
            tf.tensor(values[`${name}/${kind}`]!, fixture.shapes[`${name}/${kind}`]!),
          ),
        ),
    );
  return model;
}

const float = (rows: number[][]) => ({
  data: Float32Array.from(rows.flat()),
  shape: [rows.length, rows[0]!.length],
  dtype: 'float32' as const,
});

const oneHot = float(fixture.labels.map((label) => [0, 1, 2].map((k) => Number(k === label))));

async function run(
  plugin: Plugin,
  several = false,
): Promise<{ record: RunRecord; weights: Record<string, number[]> }> {
  const model = modelWith(fixture.weights, several ? ['output', 'values'] : ['output']);
  try {
    const trainer = new Trainer({
      model,
      loss: several ? { output: toyCrossEntropy(), values: meanSquared } : toyCrossEntropy(),
      optimizer: toyOptimizer(0.1),
      plugins: [plugin],
    });
    const data = toyDataset({
      inputs: { input: float(fixture.inputs) },
      targets: { output: oneHot, ...(several ? { values: float(fixture.values) } : {}) },
    });
    const record = await trainer.fit(data, { epochs: fixture.steps, batchSize: 6 });
    const weights = Object.entries(await trainer.getWeights());
    return {
      record,
      weights: Object.fromEntries(weights.map(([name, { data: values }]) => [name, Array.from(values)])),
    };
  } finally {
    model.dispose();
  }
}

function expectCase(
  { record, weights }: Awaited<ReturnType<typeof run>>,
  { losses, penalties, weights: expected }: Case,
): void {
  expect(
    largestError(
      record.epochs.map(({ loss }) => loss!),
      losses,
    ),
  ).toBeLessThan(1e-5);
  if (penalties.some((one) => one !== 0))
    expect(
      largestError(
        record.epochs.map(({ penalty }) => penalty!),
        penalties,
        1e-2,
      ),
    ).toBeLessThan(1e-5);
  expect(Object.keys(weights).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected))
    expect(largestError(weights[name]!, values, 0.1), name).toBeLessThan(2e-5);
}

test.each([
  ['sam', () => sam({ rho: 0.2 })],
  ['adaptiveSam', () => sam({ rho: 0.5, adaptive: true })],
  ['meanTeacher', () => meanTeacher({ weight: 2, decay: 0.6 })],
] as const)("trains as PyTorch's %s", async (name, make) => {
  expectCase(await run(make()), fixture[name]);
});

test('uncertainties are learnt with the weights, as in PyTorch', async () => {
  const found = await run(
    uncertaintyWeighting({ outputs: { output: 'classification', values: 'regression' } }),
    true,
  );
  expectCase(found, fixture.uncertainty);
  const last = found.record.epochs.at(-1)!;
  const learnt = [last['output_log_variance']!, last['values_log_variance']!];
  expect(largestError(learnt, fixture.uncertainty.logVariances)).toBeLessThan(1e-5);
});

test('distils a teacher as PyTorch, which stays as it is and need not have the same names', async () => {
  const teacher = modelWith(fixture.teacher, ['output']);
  const before = teacher.getWeights().map((w) => Array.from(w.dataSync()));
  expectCase(await run(distillation({ teacher, alpha: 0.7, temperature: 3 })), fixture.distillation);
  expect(teacher.getWeights().map((w) => Array.from(w.dataSync()))).toEqual(before);
  teacher.dispose();
});

test('what does not fit is refused in the first step, and nothing leaks', async () => {
  await expectNoLeak(async () => {
    const teacher = modelWith(fixture.weights, ['values']);
    const narrow = modelWith(fixture.weights, ['output']);
    try {
      await expect(run(distillation({ teacher }))).rejects.toThrow(
        'the teacher gives [6, 2], the model [6, 3]',
      );
      await expect(run(distillation({ teacher, output: 'answer' }))).rejects.toThrow(
        "there is no output 'answer'; there are: output",
      );
      await expect(run(distillation({ teacher: narrow }), true)).rejects.toThrow('several outputs');
      await expect(run(uncertaintyWeighting({ outputs: { other: 'regression' } }))).rejects.toThrow(
        "output 'other' has no loss; there are: output",
      );
    } finally {
      teacher.dispose();
      narrow.dispose();
    }
  });
});

test('both passes of sharpness-aware minimisation have the same dropout, and averages move once', async () => {
  const trained = async (plugins: Plugin[]) => {
    const model = toyWeights(
      tfl.sequential({
        layers: [
          tfl.layers.dense({ units: 4, name: 'hidden', inputShape: [3] }),
          tfl.layers.batchNormalization({ name: 'norm' }),
          tfl.layers.dropout({ rate: 0.5, name: 'drop' }),
          tfl.layers.dense({ units: 3, name: 'output' }),
        ],
      }),
    );
    const { weights } = await toyRun({ model, plugins });
    model.dispose();
    return weights;
  };
  const [without, close] = [await trained([]), await trained([sam({ rho: 1e-9 })])];
  for (const [name, { data }] of Object.entries(without))
    expect(largestError(Array.from(close[name]!.data), Array.from(data), 0.1), name).toBeLessThan(1e-5);
});

test('sharpness-aware minimisation needs the whole step at once', () => {
  const model = modelWith(fixture.weights, ['output']);
  expect(
    () =>
      new Trainer({
        model,
        loss: toyCrossEntropy(),
        optimizer: toyOptimizer(),
        plugins: [sam()],
        accumulate: 2,
      }),
  ).toThrow("accumulate must be 1 with plugin 'sam'");
  model.dispose();
});
