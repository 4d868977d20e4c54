import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeOnGpu } from '../testing/on-gpu.js';
import { webgpu } from './index.js';
import { runShader } from './kernels/program.js';
import type { WebgpuBackend } from './webgpu-backend.js';

const backend = (): WebgpuBackend => tf.backend() as unknown as WebgpuBackend;

const broken = (): tf.Tensor => {
  const shader = { name: 'broken', inputs: [], body: 'this is no WGSL' };
  return tf.engine().makeTensorFromTensorInfo(runShader(backend(), shader, [], [1], 'float32'));
};

describeOnGpu('errors of the device', () => {
  it('that WebGPU only logs are thrown until the backend is activated again', async () => {
    const [sound, garbage] = [tf.add(tf.ones([2]), 1), broken()];
    for (let i = 0; i < 2; i++)
      await expect(garbage.data()).rejects.toMatchObject({
        code: 'execution-failed',
        message: expect.stringMatching(/^\[backend-webgpu\] an operation failed on the GPU.*WGSL.*activate/),
      });
    expect(() => garbage.dataSync()).toThrow(/failed on the GPU/);
    await expect(sound.data(), 'spoiled by its neighbour').rejects.toThrow(/failed on the GPU/);
    expect(() => tf.add(sound, 1)).toThrow(/failed on the GPU/);
    await webgpu().activate();
    const sum = tf.tidy(() => tf.sum(tf.ones([4])));
    expect([...(await sum.data())]).toEqual([4]);
    tf.dispose([sound, garbage, sum]);
  });

  it('are thrown where values are read at once too', async () => {
    const garbage = broken();
    expect(() => garbage.dataSync()).toThrow(/failed on the GPU/);
    garbage.dispose();
    await webgpu().activate();
  });

  it('more memory than the device has is an error, never zeros', async () => {
    const size = backend().device.limits['maxBufferSize']! / 4 + 1024;
    const attempt = async (): Promise<unknown> => {
      const huge = tf.tidy(() => tf.fill([size], 1));
      try {
        return await tf.tidy(() => tf.slice(huge, [0], [1])).data();
      } finally {
        huge.dispose();
      }
    };
    await expect(attempt()).rejects.toThrow(/\[backend-webgpu\].*buffer size/i);
    await webgpu().activate();
    const sum = tf.tidy(() => tf.sum(tf.ones([4])));
    expect([...(await sum.data())]).toEqual([4]);
    sum.dispose();
  });

  it('a lost device says what is to be done, and activation starts a new one', async () => {
    const old = tf.add(tf.ones([2]), 1);
    backend().device.destroy();
    await backend().device.lost;
    await expect(old.data()).rejects.toMatchObject({ code: 'execution-failed', message: expect.stringMatching(/lost.*activate.*checkpoint/) }); // prettier-ignore
    expect(() => tf.add(tf.ones([2]), 1)).toThrow(/lost/);
    await webgpu().activate();
    const sum = tf.tidy(() => tf.sum(tf.ones([4])));
    expect([...(await sum.data())]).toEqual([4]);
    sum.dispose();
  });
});
