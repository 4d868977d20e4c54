import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { compose } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import keras from '../../../testing/references/callbacks/keras-clipping.json' with { type: 'json' };
import optax from '../../../testing/references/callbacks/optax-clipping.json' with { type: 'json' };
import torch from '../../../testing/references/callbacks/torch-callbacks.json' with { type: 'json' };
import { clipGradients, type ClipGradientsOptions } from './clip-gradients.js';

type Numbers = readonly (number | string)[];

function clip(options: ClipGradientsOptions, gradients: readonly Numbers[]) {
  const step = testStep();
  const clipped = tf.tidy(() => {
    const tensors = Object.fromEntries(gradients.map((g, i) => [`p${i}`, tf.tensor1d(g.map(Number))]));
    const result = clipGradients(options).transformGradients!(tensors, tensors, step);
    const norm = step.taps['gradient_norm']?.dataSync()[0];
    return { values: Object.values(result).map((tensor) => [...tensor.dataSync()]), norm };
  });
  step.dispose();
  return clipped;
}

function expectClose(actual: readonly number[][], expected: readonly Numbers[]): void {
  expected.forEach((row, i) => {
    row.forEach((text, j) => {
      const [got, want] = [actual[i]![j]!, Number(text)];
      if (Number.isFinite(want))
        expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-6 * Math.abs(want) + 1e-12);
      else expect(got).toBe(want);
    });
  });
}

describe.each(['cpu', 'wasm'])('clipGradients on %s', (backend) => {
  const onBackend = async (): Promise<void> => {
    await tf.setBackend(backend);
    expect(tf.getBackend()).toBe(backend);
  };

  test.each(torch.clipGradNorm.map((entry, i) => [i, entry] as const))(
    'globalNorm is as PyTorch, case %i',
    async (_, { gradients, maxNorm, norm, clipped }) => {
      await onBackend();
      const ours = clip({ globalNorm: maxNorm }, gradients);
      expectClose(ours.values, clipped);
      expectClose([[ours.norm!]], [[norm]]);
    },
  );

  test.each(keras.cases.map((entry, i) => [i, entry.option, entry] as const))(
    'is as Keras, case %i: %s',
    async (_, option, { limit, gradients, clipped }) => {
      await onBackend();
      expectClose(clip({ [option]: limit }, gradients).values, clipped);
    },
  );

  test.each(optax.cases.map((entry, i) => [i, entry] as const))('is as optax, case %i', async (_, entry) => {
    await onBackend();
    const step = testStep();
    const tensors = (of: typeof entry.gradients) =>
      Object.fromEntries(
        Object.entries(of).map(([name, { shape, values }]) => [name, tf.tensor(values.map(Number), shape)]),
      );
    for (const [options, wanted] of [
      [{ adaptive: entry.adaptive.limit }, entry.adaptive.clipped],
      [{ adaptive: entry.adaptive.limit, epsilon: entry.epsilon.value }, entry.epsilon.clipped],
      [{ blockRms: entry.blockRms.limit }, entry.blockRms.clipped],
    ] as const) {
      const plugin = clipGradients(options);
      const got = plugin.transformGradients!(tensors(entry.gradients), tensors(entry.parameters), step);
      expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
      for (const [name, { values }] of Object.entries(wanted))
        expectClose([[...got[name]!.dataSync()]], [values]);
    }
    step.dispose();
  });

  test('NaN is not hidden', async () => {
    await onBackend();
    const gradients = [[1, NaN, -9], [2]];
    expect(clip({ value: 0.5 }, gradients).values).toEqual([[0.5, NaN, -0.5], [0.5]]);
    expect(clip({ norm: 1 }, gradients).values).toEqual([[NaN, NaN, NaN], [1]]);
    const global = clip({ globalNorm: 100 }, gradients);
    expect(global.values).toEqual([[NaN, NaN, NaN], [NaN]]);
    expect(global.norm).toBeNaN();
    expect(clip({ blockRms: 1 }, gradients).values).toEqual([[NaN, NaN, NaN], [1]]);
    expect(clip({ adaptive: 9 }, gradients).values).toEqual([[NaN, NaN, NaN], [2]]);
  });

  test('a generous bound changes no bit, and zero gradients stay zero', async () => {
    await onBackend();
    const gradients = [
      [0.1, -0.3],
      [1e-30, 0],
    ].map((g) => [...Float32Array.from(g)]);
    for (const option of ['value', 'norm', 'globalNorm', 'adaptive', 'blockRms']) {
      expect(clip({ [option]: 1e6 }, gradients).values).toEqual(gradients);
      expect(clip({ [option]: 1e6 }, [[0, 0]]).values).toEqual([[0, 0]]);
    }
  });
});

describe('clipGradients', () => {
  test('keeps names and shapes, and leaves no tensor behind', async () => {
    await tf.setBackend('cpu');
    const gradients = { 'a/kernel': tf.fill([2, 3], 2), 'a/bias': tf.fill([3], 2) };
    const loop = compose([clipGradients({ globalNorm: 1 })]);
    await loop.fitStart();
    const before = tf.memory().numTensors;
    const clipped = tf.tidy(() => loop.transformGradients(gradients, gradients));
    expect(Object.fromEntries(Object.entries(clipped).map(([name, t]) => [name, t.shape]))).toEqual({
      'a/kernel': [2, 3],
      'a/bias': [3],
    });
    tf.dispose(clipped);
    // The tapped norm stays until the step has ended.
    await loop.stepEnd();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(gradients);
  });

  test.each([
    [{}, "options must be exactly one of value, norm, globalNorm, adaptive, blockRms, got 'none of them'"],
    [{ value: 1, norm: 1 }, "got 'value and norm'"],
    [{ value: 0 }, 'value must be a number > 0, got 0'],
    [{ norm: -1 }, 'norm must be'],
    [{ globalNorm: NaN }, 'globalNorm must be a number > 0, got NaN'],
    [{ globalNorm: Infinity }, 'globalNorm'],
    [{ norm: 1, name: '' }, 'name'],
    [{ norm: 1, epsilon: 1 }, 'epsilon must be left out with norm; adaptive has one, got 1'],
    [{ adaptive: 1, epsilon: 0 }, 'epsilon must be a number > 0, got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => clipGradients(options)).toThrow(message);
    expect(() => clipGradients(options)).toThrow('[clip-gradients]');
  });
});
