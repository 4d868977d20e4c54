import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Dataset, type Loss, type Optimizer, Trainer } from '@espalier/core';
import { beforeAll, expect, test } from 'vitest';
import { maxNorm } from './max-norm.js';

beforeAll(() => tf.setBackend('cpu'));

/** Leaves every parameter as it is. */
const still: Optimizer = {
  name: 'still',
  learningRate: 1,
  init: () => ({}),
  update: (_, slots, parameters) => ({ parameters, slots }),
};

const sum: Loss = { name: 'sum', perExample: (outputs) => tf.sum(tf.reshape(outputs, [1, -1]), 1) };

/** Weights of a kernel, and which of them go into one unit, written out for its kind of layer. */
type Units = (at: readonly number[]) => string;

const image = { inputShape: [4, 4, 2], padding: 'same' as const, kernelSize: 2 };
const last: Units = (at) => String(at.at(-1));

test.each<[string, () => tfl.layers.Layer, Readonly<Record<string, Units>>]>([
  ['dense', () => tfl.layers.dense({ units: 3, inputShape: [4] }), { kernel: last }],
  ['conv1d', () => tfl.layers.conv1d({ filters: 3, kernelSize: 2, inputShape: [4, 2] }), { kernel: last }],
  ['conv2d', () => tfl.layers.conv2d({ filters: 3, ...image }), { kernel: last }],
  [
    'depthwiseConv2d',
    () => tfl.layers.depthwiseConv2d({ depthMultiplier: 3, ...image }),
    { depthwise_kernel: ([, , input, filter]) => `${input} ${filter}` },
  ],
  [
    'separableConv2d',
    () => tfl.layers.separableConv2d({ filters: 3, depthMultiplier: 2, ...image }),
    { depthwise_kernel: ([, , input, filter]) => `${input} ${filter}`, pointwise_kernel: last },
  ],
  [
    'conv2dTranspose',
    () => tfl.layers.conv2dTranspose({ filters: 3, ...image }),
    { transposed_kernel: ([, , unit]) => `${unit}` },
  ],
  [
    'conv3d',
    () => tfl.layers.conv3d({ filters: 3, kernelSize: 2, inputShape: [3, 3, 3, 2] }),
    { kernel: last },
  ],
  [
    'timeDistributed(conv2dTranspose)',
    () =>
      tfl.layers.timeDistributed({
        layer: tfl.layers.conv2dTranspose({ filters: 3, kernelSize: 2 }),
        inputShape: [2, 3, 3, 2],
      }),
    { transposed_kernel: ([, , unit]) => `${unit}` },
  ],
  [
    'timeDistributed(depthwiseConv2d)',
    () =>
      tfl.layers.timeDistributed({
        layer: tfl.layers.depthwiseConv2d({ depthMultiplier: 3, kernelSize: 2 }),
        inputShape: [2, 3, 3, 2],
      }),
    { depthwise_kernel: ([, , input, filter]) => `${input} ${filter}` },
  ],
  [
    'bidirectional(gru)',
    () =>
      tfl.layers.bidirectional({
        layer: tfl.layers.gru({ units: 2, recurrentInitializer: 'zeros' }) as tfl.layers.RNN,
        mergeMode: 'concat',
        inputShape: [4, 3],
      }),
    { kernel: last, recurrent: last, backward: last, backward_recurrent: last },
  ],
  [
    'lstm',
    () => tfl.layers.lstm({ units: 2, inputShape: [4, 3], recurrentInitializer: 'zeros' }),
    { kernel: last, recurrent_kernel: last },
  ],
])('limits the weights into each unit of %s', async (_, make, units) => {
  const layer = make();
  const model = tfl.sequential({ layers: [layer] });
  const kernels = layer.weights.filter(({ shape }) => shape.length > 1);
  model.setWeights(
    model.weights.map(({ shape }) =>
      tf.add(tf.mul(tf.reshape(tf.range(0, size(shape)), shape as number[]), 0.5), 1),
    ),
  );
  expect(kernels).toHaveLength(Object.keys(units).length);
  await new Trainer({ model, loss: sum, optimizer: still, plugins: [maxNorm({ max: 0.25 })] }).fit(
    zeros(model),
    { epochs: 1 },
  );
  for (const [i, unitOf] of Object.values(units).entries()) {
    const { shape } = kernels[i]!;
    const squares = new Map<string, number>();
    (kernels[i]!.read().dataSync() as Float32Array).forEach((weight, at) => {
      const unit = unitOf(placeOf(at, shape as number[]));
      squares.set(unit, (squares.get(unit) ?? 0) + weight ** 2);
    });
    for (const square of squares.values()) expect(Math.sqrt(square)).toBeCloseTo(0.25, 5);
  }
});

function size(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((product, extent) => product * extent!, 1);
}

/** Indices along each axis of the element at a flat place. */
function placeOf(at: number, shape: readonly number[]): number[] {
  return shape.map((extent, axis) => Math.floor(at / size(shape.slice(axis + 1))) % extent);
}

/** One example of zeros. */
function zeros({ inputs, outputs }: tfl.LayersModel): Dataset {
  const spec = ({ shape }: tfl.SymbolicTensor) =>
    ({ shape: shape.slice(1) as number[], dtype: 'float32' }) as const;
  const [input, target] = [spec(inputs[0]!), spec(outputs[0]!)];
  const one = ({ shape, dtype }: ReturnType<typeof spec>) => ({
    data: new Float32Array(size(shape)),
    shape: [1, ...shape],
    dtype,
  });
  return {
    size: 1,
    inputs: { input },
    targets: { target },
    batch: () => ({ inputs: { input: one(input) }, targets: { target: one(target) } }),
  };
}
