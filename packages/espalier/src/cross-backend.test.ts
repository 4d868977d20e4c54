import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { cnn, compiled, crossBackendDiff, eager, gradientCheck, mlp, softmaxCrossEntropy } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

test('every engine agrees with the eager one, layer by layer and gradient by gradient', async () => {
  const model = cnn({
    inputs: [8, 8, 1],
    filters: [3],
    dense: [6],
    outputs: 3,
    batchNormalization: 'before-activation',
    seed: 1,
  });
  const batch = {
    inputs: tf.randomNormal([4, 8, 8, 1], 0, 1, 'float32', 3),
    targets: tf.tensor1d([0, 2, 1, 0], 'int32'),
  };
  const engines = [eager(), compiled({ target: 'wasm' }), compiled({ target: 'onnx' })];
  const found = await crossBackendDiff(model, softmaxCrossEntropy(), batch, { engines });
  expect(found.map(({ engine }) => engine)).toEqual(['compiled (wasm)', 'compiled (cpu)']);
  for (const { agrees, sentence, forward, gradients } of found) {
    expect(agrees, sentence).toBe(true);
    expect(forward.length).toBeGreaterThan(5);
    expect(gradients.length).toBe(Object.keys(model.trainableWeights).length);
  }
});

test.each(['wasm', 'onnx'] as const)(
  'gradients of steps compiled to %s agree with differences',
  async (target) => {
    const model = mlp({ inputs: 3, hidden: [5], outputs: 3, activation: 'tanh', dropout: 0.4, seed: 1 });
    const batch = {
      inputs: tf.randomNormal([4, 3], 0, 1, 'float32', 3),
      targets: tf.tensor1d([0, 2, 1, 0], 'int32'),
    };
    const executor = compiled({ target });
    const { verdict, sentence } = await gradientCheck(model, softmaxCrossEntropy(), batch, {
      executor,
      samples: 4,
    });
    expect(verdict, sentence).toBe('right');
  },
);
