import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DataStream } from '../data/data-stream.js';
import type { HostBatch } from '../data/dataset.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

const trainerOf = (plugins: Plugin[]) =>
  new Trainer({ model: toyModel(), loss: squaredError(), optimizer: momentum(0.1), seed: 2, plugins });

describe('predictBatches', () => {
  test('gives batch by batch what predict gives at once, and keeps nothing', async () => {
    const seen: string[] = [];
    const watcher: Plugin = {
      name: 'watcher',
      onPredictStart: ({ batchSize }) => void seen.push(`start ${batchSize}`),
      onPredictEnd: ({ examples }) => void seen.push(`end ${examples}`),
    };
    const trainer = trainerOf([watcher]);
    const data = digits(5);
    const whole = (await trainer.predict(data)) as tf.Tensor;
    const before = tf.memory().numTensors;
    const shapes: number[][] = [];
    const values: number[] = [];
    for await (const outputs of trainer.predictBatches(data, { batchSize: 2 })) {
      const tensor = outputs as tf.Tensor;
      shapes.push(tensor.shape);
      values.push(...tensor.dataSync());
      tensor.dispose();
      expect(seen.at(-1)).toBe('start 2');
    }
    expect(shapes).toEqual([
      [2, 1],
      [2, 1],
      [1, 1],
    ]);
    expect(values).toEqual([...whole.dataSync()]);
    expect(seen).toEqual(['start 256', 'end 5', 'start 2', 'end 5']);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('reads no further when it is left, and closes its data', async () => {
    const trainer = trainerOf([]);
    const data = digits(6);
    const asked: number[] = [];
    let closed = 0;
    const spied: DataStream = {
      inputs: data.inputs,
      targets: data.targets,
      *open() {
        try {
          for (const at of [0, 2, 4]) {
            asked.push(at);
            yield data.batch(Uint32Array.of(at, at + 1)) as HostBatch;
          }
        } finally {
          closed++;
        }
      },
    };
    const before = tf.memory().numTensors;
    for await (const outputs of trainer.predictBatches(spied, { batchSize: 2 })) {
      tf.dispose(outputs);
      break;
    }
    expect(closed).toBe(1);
    expect(asked).toEqual([0]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('says at once what is wrong with an option, and of bad data in the loop', async () => {
    const trainer = trainerOf([]);
    expect(() => trainer.predictBatches(digits(2), { batchSize: 0 })).toThrow('batchSize must be');
    const loop = trainer.predictBatches(tf.ones([2, 5]));
    await expect(loop.next()).rejects.toThrow('takes examples of shape [2]');
  });
});
