import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { describeOnGpu } from '../testing/on-gpu.js';

interface Memory extends tf.MemoryInfo {
  readonly numBytesInGPU: number;
  readonly numBytesAllocatedInGPU: number;
}

const memory = (): readonly number[] => {
  const { numTensors, numBytes, numBytesInGPU, numBytesAllocatedInGPU } = tf.memory() as Memory;
  return [numTensors, numBytes, numBytesInGPU, numBytesAllocatedInGPU];
};

const dense = (): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 4, inputShape: [3], activation: 'relu' }),
      tfl.layers.dense({ units: 2 }),
    ],
  });

const convolutional = (): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      tfl.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', inputShape: [6, 6, 1] }),
      tfl.layers.batchNormalization(),
      tfl.layers.maxPooling2d({ poolSize: 2 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 2 }),
    ],
  });

/** Memory after every `pace` steps, new data each time as a program would upload it. */
async function memoryOver(
  model: tfl.LayersModel,
  steps: number,
  pace: number,
): Promise<(readonly number[])[]> {
  const optimizer = tf.train.sgd(0.01);
  const shape = [5, ...(model.inputs[0]!.shape.slice(1) as number[])];
  const seen: (readonly number[])[] = [];
  for (let step = 1; step <= steps; step++) {
    const loss = tf.tidy(() => {
      const [x, y] = [tf.randomNormal(shape, 0, 1, 'float32', step), tf.ones([5, 2])];
      const compute = (): tf.Scalar =>
        tf.mean<tf.Scalar>(tf.square(tf.sub(model.apply(x, { training: true }) as tf.Tensor, y)));
      return optimizer.minimize(compute, step % pace === 0)!;
    });
    if (step % pace !== 0) continue;
    await loss.data();
    loss.dispose();
    seen.push(memory());
  }
  optimizer.dispose();
  return seen;
}

describeOnGpu('memory', () => {
  it.each([
    ['200 steps of a dense network', dense, 200, 20],
    ['20 steps of a convolutional one', convolutional, 20, 2],
  ] as const)(
    'is the same throughout %s, on the GPU too, and free at the end',
    async (_, make, steps, pace) => {
      const before = tf.memory().numTensors;
      const model = make();
      const seen = await memoryOver(model, steps, pace);
      // At first the pool of buffers that are used again fills.
      const settled = seen.slice(-5);
      expect(settled).toEqual(settled.map(() => settled[0]));
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('of a backend that is removed is given back', async () => {
    const backend = tf.backend() as unknown as { device: { lost: Promise<{ reason: string }> } };
    tf.removeBackend('webgpu');
    expect((await backend.device.lost).reason).toBe('destroyed');
  });
});
