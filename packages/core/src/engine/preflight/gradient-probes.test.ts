import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Plugin } from '../../run/plugin.js';
import { doubtful, probeGradients } from './gradient-probes.js';
import { dataOf, image, refusal, type Run, through, trainer } from './refusal.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

describe('a gradient that is wrong is refused before the first step', () => {
  test.each<[string, RegExp, () => Run]>([
    [
      'average pooling that pads',
      /^\[preflight\] layer pool trains through the op AvgPool, whose gradient is wrong on the TensorFlow.js backend 'cpu' \(in a test case it gives 0\.4444 where 0\.6944 is right\)\. Use a backend/,
      () => image(tfl.layers.averagePooling2d({ name: 'pool', poolSize: 2, padding: 'same' })),
    ],
    [
      'average pooling of volumes that pads',
      /the model .* AvgPool3D/,
      () => through([8], (w) => tf.avgPool3d(tf.reshape(w, [1, 2, 2, 2, 1]) as tf.Tensor5D, 3, 1, 'same')),
    ],
    [
      'maximum pooling of volumes with uneven windows',
      /the model .* MaxPool3D/,
      () =>
        through([8], (w) =>
          tf.maxPool3d(tf.reshape(w, [1, 2, 2, 2, 1]) as tf.Tensor5D, [2, 2, 1], 1, 'valid'),
        ),
    ],
    [
      'enlarging images',
      /ResizeNearestNeighbor/,
      () =>
        through([8], (w) =>
          tf.image.resizeNearestNeighbor(tf.reshape(w, [2, 2, 2, 1]) as tf.Tensor4D, [4, 4]),
        ),
    ],
  ])('%s', async (_, message, run) => {
    expect(await refusal(run())).toMatch(message);
  });

  test('what is right trains: the same ops without the defect, and an average pooling that nothing is trained through', async () => {
    const pooled = image(
      tfl.layers.averagePooling2d({ poolSize: 2, strides: 1 }),
      tfl.layers.maxPooling2d({ poolSize: 2, padding: 'same' }),
    );
    const outside: Plugin = {
      name: 'outside',
      transformBatch: (batch) => ({
        ...batch,
        inputs: { first_input: tf.avgPool(batch.inputs['first_input'] as tf.Tensor4D, 3, 1, 'same') },
      }),
    };
    const { numTensors } = tf.memory();
    const record = await trainer({ ...pooled, plugins: [outside] }).fit(pooled.data, {
      epochs: 2,
      batchSize: 3,
    });
    expect(record.status).toBe('completed');
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(
      (
        await trainer(
          through([8], (w) => tf.maxPool3d(tf.reshape(w, [1, 2, 2, 2, 1]) as tf.Tensor5D, 2, 2, 'same')),
        ).fit(dataOf([1]), { epochs: 1 })
      ).status,
    ).toBe('completed');
  });

  test('a gradient that somebody spoiled', async () => {
    const right = tf.getGradient('MirrorPad');
    tf.unregisterGradient('MirrorPad');
    // As TensorFlow.js has it: the mirrored copies are forgotten.
    tf.registerGradient({
      kernelName: 'MirrorPad',
      inputsToSave: ['x'],
      gradFunc: (dy, [x], { paddings }) => ({
        x: () =>
          tf.slice(
            dy as tf.Tensor,
            (paddings as [number, number][]).map(([before]) => before),
            x!.shape,
          ),
      }),
    });
    const run = through([4], (w) => tf.mirrorPad(w, [[1, 1]], 'reflect'));
    try {
      expect(await refusal(run)).toMatch(/MirrorPad, whose gradient is wrong/);
    } finally {
      tf.unregisterGradient('MirrorPad');
      tf.registerGradient(right);
    }
    expect((await trainer(run).fit(run.data, { epochs: 1 })).status).toBe('completed');
  });

  test('every probe runs, and finds those of the cpu backend that are right right', async () => {
    const op = (kernel: string) => ({ kernel, attributes: { pad: 'same', filterSize: 2 }, origin: '' });
    const right = ['MaxPool', 'MaxPool3D', 'Conv3D', 'Cumsum', 'Prod', 'MirrorPad'].map(op);
    expect(doubtful([...right, ...right, op('Add')])).toEqual(right);
    await probeGradients(right);
    for (const kernel of ['AvgPool', 'AvgPool3D', 'ResizeNearestNeighbor'])
      await expect(probeGradients([op(kernel)])).rejects.toThrow(kernel);
  });
});

test('what is frozen is not trained through, and a run after it is thawed is looked at again', async () => {
  const { model, data } = image(
    tfl.layers.averagePooling2d({ name: 'pool', poolSize: 2, padding: 'same' }),
    tfl.layers.flatten(),
    tfl.layers.dense({ name: 'head', units: 1 }),
  );
  const first = (model as tfl.LayersModel).getLayer('first');
  first.trainable = false;
  const steps: number[] = [];
  const thawing: Plugin = {
    name: 'thawing',
    onStepEnd: ({ step }) => void steps.push(step),
    onFitEnd: () => void (first.trainable = true),
  };
  const run = trainer({ model, data, plugins: [thawing] });
  expect((await run.fit(data, { epochs: 1, batchSize: 3 })).status).toBe('completed');
  await expect(run.fit(data, { epochs: 1, batchSize: 3 })).rejects.toThrow(/layer pool/);
  expect(steps).toEqual([1, 2]);
});
