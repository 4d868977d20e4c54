import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { guidedBackpropagation, saliency } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const first = [[1, -2, 0.5], [0.5, 1, -1]]; // prettier-ignore
const second = [[1, -1], [2, 1], [-1, 3]]; // prettier-ignore
const last = [[1], [-2]];

/** Two ReLUs, the second a layer of its own, or two tanh. */
function net(activation: 'relu' | 'tanh'): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 3, activation, useBias: false, inputShape: [2] }),
      tfl.layers.dense({ units: 2, useBias: false }),
      activation === 'relu' ? tfl.layers.reLU() : tfl.layers.activation({ activation }),
      tfl.layers.dense({ units: 1, useBias: false }),
    ],
  });
  tf.tidy(() => model.setWeights([first, second, last].map((kernel) => tf.tensor2d(kernel))));
  return model;
}

const rows = [[1, 0.5], [-1, 2], [2, -1], [0.25, 1]]; // prettier-ignore

/** The gradient in float64, guided or plain. */
function gradient(x: readonly number[], guided: boolean): number[] {
  const times = (row: readonly number[], kernel: readonly (readonly number[])[]): number[] =>
    kernel[0]!.map((_, j) => row.reduce((sum, value, i) => sum + value * kernel[i]![j]!, 0));
  const back = (slope: readonly number[], kernel: readonly (readonly number[])[]): number[] =>
    kernel.map((row) => row.reduce((sum, value, j) => sum + value * slope[j]!, 0));
  const through = (slope: readonly number[], before: readonly number[]): number[] =>
    slope.map((dy, i) => (before[i]! > 0 && (dy > 0 || !guided) ? dy : 0));
  const hidden = times(x, first);
  const deep = times(
    hidden.map((value) => Math.max(0, value)),
    second,
  );
  return back(through(back(through(back([1], last), deep), second), hidden), first);
}

test('drops falling parts of the gradient at each ReLU, as in float64, and leaves nothing', async () => {
  const model = net('relu');
  const inputs = tf.tensor2d(rows);
  await expectNoLeak(async () => {
    const { values, targets } = await guidedBackpropagation(model, inputs);
    const wanted = rows.flatMap((row) => gradient(row, true));
    Array.from(Object.values(values)[0]!.data).forEach((value, i) =>
      expect(value).toBeCloseTo(wanted[i]!, 5),
    );
    expect(targets).toEqual([0, 0, 0, 0]);
    const plain = rows.flatMap((row) => gradient(row, false));
    expect(plain).not.toEqual(wanted);
    const { values: slopes } = await saliency(model, inputs, { absolute: false });
    Array.from(Object.values(slopes)[0]!.data).forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 5));
  });
  inputs.dispose();
});

test('refuses a model without a ReLU', async () => {
  const inputs = { data: Float32Array.from(rows.flat()), shape: [4, 2], dtype: 'float32' } as const;
  const model = net('tanh');
  await expectNoLeak(async () => {
    await expect(guidedBackpropagation(model, inputs)).rejects.toThrow('no layer of the model is a ReLU');
  });
});
