import { checkOperation, kernelsOf, OPERATIONS, runEagerly, toyRun } from '@espalier/testkit';
import { eager } from '@espalier/core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { activationLayer, resolveActivation } from '../../packages/models/src/activation.js';
import { activationNames } from '../../packages/models/src/activations.js';
import { everyPart, factorsOf, partsOfAllPackages } from './product.js';

await tf.setBackend('cpu');
const runs = await everyPart(factorsOf(await partsOfAllPackages()));

test('every kernel that a model, loss, metric, optimizer or plugin calls is one that the contract of operations tests', async () => {
  const tested = await kernelsOf(async () => {
    // An operation that the cpu backend has wrong calls its kernels all the same.
    for (const operation of OPERATIONS) await checkOperation(runEagerly, operation).catch(() => {});
  });
  const called = new Set<string>();
  // One run at a time: the profile of all is more than TensorFlow.js can sum up.
  for (const { make } of runs) {
    const kernels = await kernelsOf(async () => {
      const options = make();
      await toyRun({ ...options, fit: { ...options.fit, epochs: 1 }, executor: eager() });
      (options.model as tfl.LayersModel).dispose();
    });
    for (const kernel of kernels) called.add(kernel);
  }
  const activations = await kernelsOf(() =>
    activationNames.forEach((name) =>
      tf.tidy(() => {
        const layer = activationLayer(resolveActivation('test', name, name), name);
        tf.grad((x) => layer.apply(x) as tf.Tensor)(tf.tensor2d([[-3, -1, 0.5, 7]]));
      }),
    ),
  );
  expect([...called, ...activations].filter((name) => !tested.includes(name))).toEqual([]);
}, 240_000);
