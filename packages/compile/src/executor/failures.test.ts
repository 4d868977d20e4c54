import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Dataset, type Executor, type Plugin, type RunRecord, Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import * as ort from 'onnxruntime-node';
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OnnxRuntimeModule } from '../codegen/onnx/runtime/runtime-types.js';
import { compiled } from './compiled.js';

beforeAll(() => tf.setBackend('cpu'));

/** ONNX Runtime, counting sessions; `failAt` makes its n-th run from now on fail. */
function countingRuntime() {
  const counts = { open: 0, failAt: 0, message: '' };
  const runtime = {
    env: ort.env,
    Tensor: ort.Tensor,
    InferenceSession: {
      async create(model: Uint8Array, options: object) {
        const session = await ort.InferenceSession.create(model, options);
        counts.open++;
        return {
          run(feeds: never, fetches: never) {
            if (counts.failAt > 0 && --counts.failAt === 0) return Promise.reject(new Error(counts.message));
            return session.run(feeds, fetches);
          },
          async release() {
            counts.open--;
            await session.release();
          },
        };
      },
    },
  };
  return { counts, runtime: runtime as unknown as OnnxRuntimeModule };
}

function trainer(executor: Executor, plugins: readonly Plugin[] = []): Trainer {
  return new Trainer({
    model: toyModel(),
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    plugins,
    executor,
    seed: 3,
  });
}

const fit = (subject: Trainer, batchSize = 11): Promise<RunRecord> =>
  subject.fit(toyClasses(), { epochs: 1, batchSize });

describe('a step that fails', () => {
  test('names step and reason, and leaves the state of the step before', async () => {
    const { counts, runtime } = countingRuntime();
    const subject = trainer(compiled({ runtime }));
    await fit(subject);
    const before = await subject.getWeights();
    Object.assign(counts, { failAt: 1, message: 'the node is broken' });
    await expect(fit(subject)).rejects.toMatchObject({
      code: 'execution-failed',
      message: expect.stringMatching(/step 0 failed in ONNX Runtime: the node is broken\. .*eager\(\)/),
    });
    expect(await subject.getWeights()).toEqual(before);
    expect((await fit(subject)).status).toBe('completed');
  });

  test('in an operator of ONNX Runtime itself names the operator and the layer', async () => {
    const model = tfl.sequential({
      layers: [
        // In between, so that the trainer does not see what the embedding takes, and refuse the data.
        tfl.layers.activation({ activation: 'linear', inputShape: [2] }),
        tfl.layers.embedding({ name: 'words', inputDim: 4, outputDim: 3 }),
        tfl.layers.flatten(),
        tfl.layers.dense({ name: 'output', units: 3 }),
      ],
    });
    const words = (first: number): Dataset => ({
      size: 4,
      inputs: { input: { shape: [2], dtype: 'float32' } },
      targets: { target: { shape: [3], dtype: 'float32' } },
      batch: (indices) => ({
        inputs: {
          input: {
            data: Float32Array.from({ length: 2 * indices.length }, (_, i) => (i === 0 ? first : 1)),
            shape: [indices.length, 2],
            dtype: 'float32',
          },
        },
        targets: {
          target: {
            data: Float32Array.from({ length: 3 * indices.length }, (_, i) => (i % 3 === 0 ? 1 : 0)),
            shape: [indices.length, 3],
            dtype: 'float32',
          },
        },
      }),
    });
    const subject = new Trainer({
      model,
      loss: toyCrossEntropy(),
      optimizer: toyOptimizer(),
      executor: compiled({ target: 'onnx' }),
    });
    await expect(subject.fit(words(99), { epochs: 1, batchSize: 4 })).rejects.toMatchObject({
      code: 'execution-failed',
      message: expect.stringMatching(/step 0 .*words.*out of/s),
    });
    // The last row would be trained where an engine counts from the end.
    await expect(subject.fit(words(-1), { epochs: 1, batchSize: 4 })).rejects.toMatchObject({
      code: 'execution-failed',
      message: expect.stringMatching(/step 0 failed: .*words.* names row -1.*out of/s),
    });
    expect((await subject.fit(words(2), { epochs: 1, batchSize: 4 })).status).toBe('completed');
  });

  test('for want of memory says so, and the process goes on', async () => {
    const greedy: Plugin = {
      name: 'greedy',
      transformGradients(gradients) {
        const bias = gradients['output/bias']!;
        // Outer products of outer products: 3^32 numbers, 7 PB.
        let vector = tf.reshape(bias, [-1]);
        for (let i = 0; i < 5; i++)
          vector = tf.reshape(tf.mul(tf.reshape(vector, [-1, 1]), tf.reshape(vector, [1, -1])), [-1]);
        return { ...gradients, 'output/bias': tf.add(bias, tf.max(vector)) };
      },
    };
    const executor = compiled({ target: 'onnx' });
    await expect(fit(trainer(executor, [greedy]))).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/step 0 failed .*smaller batch/s),
    });
    expect((await fit(trainer(executor))).status).toBe('completed');
  });
});

describe('sessions are released', () => {
  test('beyond cacheSize, least recently used first', async () => {
    const { counts, runtime } = countingRuntime();
    const subject = trainer(compiled({ runtime, cacheSize: 2 }));
    for (const batchSize of [2, 11, 22]) await fit(subject, batchSize);
    expect(counts.open).toBe(2);
    expect((await fit(subject, 22)).events).toEqual([]);
    expect((await fit(subject, 2)).events).toHaveLength(1);
    expect(counts.open).toBe(2);
  });

  test('by release(), after which a run compiles again', async () => {
    const { counts, runtime } = countingRuntime();
    const executor = compiled({ runtime });
    const subject = trainer(executor);
    await fit(subject);
    expect(counts.open).toBe(1);
    await executor.release();
    expect(counts.open).toBe(0);
    expect((await fit(subject)).events).toHaveLength(1);
  });

  test('with the trainer they were compiled for, when that is garbage', async () => {
    const { counts, runtime } = countingRuntime();
    const executor = compiled({ runtime });
    await (async () => void (await fit(trainer(executor))))();
    expect(counts.open).toBe(1);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let i = 0; i < 20 && counts.open > 0; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(counts.open).toBe(0);
  });
});

test('memory stays flat over 3,000 steps', async () => {
  const subject = trainer(compiled({ target: 'onnx' }));
  const epochs = (count: number): Promise<unknown> =>
    subject.fit(toyClasses(), { epochs: count, batchSize: 11, stopOnInterrupt: false });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const memory = (): { own: number; resident: number } => {
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { own: heapUsed + external, resident: rss };
  };
  await epochs(500);
  const before = memory();
  await epochs(1500);
  const after = memory();
  // What JavaScript holds is known exactly: a kilobyte kept by each step would be 3 MB.
  expect(after.own - before.own).toBeLessThan(1.5 * 2 ** 20);
  // The allocators below wander by some megabytes and then stay; bench/memory.ts shows more steps.
  expect(after.resident - before.resident).toBeLessThan(24 * 2 ** 20);
});
