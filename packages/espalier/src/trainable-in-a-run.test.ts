import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { compiled } from '@espalier/compile';
import { eager, type Executor, Trainer } from '@espalier/core';
import { fromArrays } from '@espalier/datasets';
import { meanSquaredError } from '@espalier/losses';
import { BatchNormalization } from '@espalier/models';
import { sgd } from '@espalier/optimizers';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => tf.setBackend('cpu'));

const EXECUTORS: readonly [string, () => Executor][] = [
  ['eager', () => eager()],
  ['onnx', () => compiled({ target: 'onnx' })],
  ['wasm', () => compiled({ target: 'wasm' })],
];

type Weight = { trainable: boolean };
type Norm = tfl.layers.Layer & { trainableWeights: Weight[] };

const NORMS: Readonly<Record<string, () => tfl.layers.Layer>> = {
  'of ours': () => new BatchNormalization({ name: 'norm' }),
  'of TensorFlow.js': () => tfl.layers.batchNormalization({ name: 'norm' }),
  'without gamma and beta': () => new BatchNormalization({ name: 'norm', scale: false, center: false }),
};

const FREEZE: Readonly<Record<string, (norm: Norm) => void>> = {
  'the layer': (norm) => void (norm.trainable = false),
  'beta alone': (norm) => void (norm.trainableWeights.at(-1)!.trainable = false),
  'gamma alone': (norm) => void (norm.trainableWeights[0]!.trainable = false),
};

const CASES = Object.keys(NORMS).flatMap((norm) =>
  Object.keys(FREEZE)
    .filter((what) => norm !== 'without gamma and beta' || what === 'the layer')
    .map((what) => [norm, what] as const),
);

const data = fromArrays({
  inputs: [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 9],
  ],
  targets: [[1], [2], [3], [4]],
});
const options = { epochs: 3, batchSize: 2, shuffle: false };

function network(norm: string): { model: tfl.Sequential; norm: Norm } {
  const layer = NORMS[norm]!();
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 2, inputShape: [2], name: 'in', kernelInitializer: 'ones' }),
      layer,
      tfl.layers.dense({ units: 1, name: 'out', kernelInitializer: 'ones' }),
    ],
  });
  return { model, norm: layer as Norm };
}

const weightsOf = ({ weights }: Pick<tfl.layers.Layer, 'weights'>): number[][] =>
  weights.map((weight) => [...weight.read().dataSync()]);

function expectClose(actual: number[][], expected: number[][]): void {
  expect(actual.length).toBe(expected.length);
  actual.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i]!, 4));
}

describe.each(EXECUTORS)('%s', (_, executor) => {
  test.each(CASES)(
    'a batch normalisation %s, %s frozen in the middle of a run: refused, and the next run is that of a frozen one',
    async (kind, what) => {
      const { model, norm } = network(kind);
      let armed = true;
      const trainer = new Trainer({
        model,
        loss: meanSquaredError(),
        optimizer: sgd({ learningRate: 0.001 }),
        executor: executor(),
        plugins: [
          {
            name: 'freeze',
            onEpochEnd({ epoch }) {
              if (armed && epoch === 1) FREEZE[what]!(norm);
            },
          },
        ],
      });
      await expect(trainer.fit(data, options)).rejects.toThrow(
        '`trainable` of a layer was changed in the middle of the run',
      );
      armed = false;
      const before = weightsOf(model);
      const own = weightsOf(norm);
      await trainer.fit(data, options);

      // What a program gives that had it frozen from its beginning, op by op.
      const other = network(kind);
      FREEZE[what]!(other.norm);
      other.model.weights.forEach((weight, i) =>
        weight.write(tf.tensor(before[i]!, weight.shape as number[])),
      );
      await new Trainer({
        model: other.model,
        loss: meanSquaredError(),
        optimizer: sgd({ learningRate: 0.001 }),
      }).fit(data, options);
      expectClose(weightsOf(model), weightsOf(other.model));

      const after = weightsOf(norm);
      const moved = after.map((values, i) => values.some((value, j) => value !== own[i]![j]));
      // The one of gamma and beta that is trained, the other, moving mean and variance.
      expect(moved).toEqual(moved.map((_, i) => what !== 'the layer' && i !== 1));
      expect(weightsOf(model)).not.toEqual(before);
    },
  );
});
