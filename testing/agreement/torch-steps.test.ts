import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { eager, type Executor, type HostArrays, type Optimizer, type Plugin, Trainer } from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { cnn, mlp } from '@espalier/models';
import { adam, sgd } from '@espalier/optimizers';
import { toyDataset } from '@espalier/testkit';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fixture from '../references/models/torch_steps.json' with { type: 'json' };

type Values = Readonly<Record<string, readonly number[]>>;

interface Case {
  readonly factory: string;
  readonly shift: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly loss: number;
  readonly gradients: Values;
  readonly sgd: Values;
  readonly adam: Values;
  readonly moved: Values;
}

const { batch: BATCH, classes, sgdRate, adamRate } = fixture;
const cases = fixture.cases as unknown as readonly Case[];
const native = compiled({ target: 'onnx' });
const module = compiled({ target: 'wasm' });

/** float32 rounds by 2^-24 of a value; a few tens of values near 1 are added in each of a handful of layers. */
const ROUNDING = 2 ** -19;

/** The numbers of the script: functions of their place. */
function pattern(shape: readonly number[], phase: number): Float32Array {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * (i + 1) + phase));
}

function initial(name: string, shape: readonly number[], phase: number): Float32Array {
  const wave = pattern(shape, phase);
  if (name.endsWith('gamma')) return wave.map((value) => 1 + 0.3 * value);
  if (name.endsWith('variance')) return wave.map((value) => 1 + 0.5 * value);
  return wave.map((value) => 0.6 * value);
}

function modelOf({ factory, options, shapes, shift }: Case) {
  const model = factory === 'mlp' ? mlp(options as never) : cnn(options as never);
  const names = model.weights.map(({ originalName }) => originalName);
  expect(names).toEqual(Object.keys(shapes));
  const weights = names.map((name, phase) =>
    tf.tensor(initial(name, shapes[name]!, phase + shift), [...shapes[name]!]),
  );
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

function dataOf({ factory, options }: Case) {
  const inputs = options['inputs'] as number | readonly number[];
  const shape = [BATCH, ...(factory === 'mlp' ? [inputs as number] : (inputs as readonly number[]))];
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % classes);
  return toyDataset({
    inputs: { input: { data: pattern(shape, 0.5), shape, dtype: 'float32' } },
    targets: { target: { data: labels, shape: [BATCH], dtype: 'int32' } },
  });
}

interface Step {
  readonly loss: number;
  readonly weights: HostArrays;
  readonly gradients: Readonly<Record<string, ArrayLike<number>>>;
}

async function stepOf(each: Case, optimizer: Optimizer, executor: Executor): Promise<Step> {
  const model = modelOf(each);
  const gradients: Record<string, ArrayLike<number>> = {};
  const watch: Plugin = {
    name: 'watch',
    transformGradients(given, _, step) {
      for (const [name, gradient] of Object.entries(given)) step.tap(`gradient/${name}`, gradient);
      return given;
    },
    async onStepEnd(_, logs) {
      for (const name of Object.keys(each.gradients))
        gradients[name] = (await logs.tap(`gradient/${name}`))!.data;
    },
  };
  try {
    const trainer = new Trainer({
      model,
      loss: softmaxCrossEntropy(),
      optimizer,
      plugins: [watch],
      executor,
    });
    const record = await trainer.fit(dataOf(each), {
      epochs: 1,
      batchSize: BATCH,
      shuffle: false,
      stopOnInterrupt: false,
    });
    return { loss: record.epochs[0]!['loss']!, weights: await trainer.getWeights(), gradients };
  } finally {
    model.dispose();
  }
}

function expectClose(
  actual: Readonly<Record<string, ArrayLike<number>>>,
  expected: Values,
  tolerance: number,
): void {
  for (const [name, values] of Object.entries(expected)) {
    expect(actual[name]!.length, name).toBe(values.length);
    values.forEach((value, i) => {
      const difference = Math.abs(actual[name]![i]! - value);
      expect(difference, `${name}[${i}]`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
    });
  }
}

const valuesOf = (arrays: HostArrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));

afterAll(async () => {
  await native.release();
  await module.release();
});

describe.each<[string, () => Promise<unknown>, () => Executor]>([
  ['eager on cpu', () => tf.setBackend('cpu'), eager],
  ['eager on wasm', () => wasm().activate(), eager],
  ['compiled, onnx', () => tf.setBackend('cpu'), () => native],
  ['compiled, wasm', () => tf.setBackend('cpu'), () => module],
])('one step of each model is that of PyTorch, %s', (_, start, executor) => {
  beforeAll(async () => void (await start()));

  test.each(cases.map((each) => [`${each.factory} ${JSON.stringify(each.options)}`, each] as const))(
    '%s',
    async (_, each) => {
      const steps = {
        sgd: await stepOf(each, sgd({ learningRate: sgdRate }), executor()),
        adam: await stepOf(each, adam({ learningRate: adamRate }), executor()),
      };
      for (const [optimizer, { loss, gradients, weights }] of Object.entries(steps)) {
        expect(Math.abs(loss - each.loss)).toBeLessThanOrEqual(ROUNDING * each.loss);
        expectClose(gradients, each.gradients, ROUNDING);
        expectClose(valuesOf(weights), { ...each[optimizer as 'sgd' | 'adam'], ...each.moved }, ROUNDING);
      }
    },
  );
});
