import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, describe, test } from 'vitest';
import type { Dataset } from '../data/dataset.js';
import { Trainer } from '../run/trainer.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { checkOneClassEach, classWeightsOf } from './class-weights.js';
import type { Metric } from './metric.js';

beforeAll(() => tf.setBackend('cpu'));

describe('weights of examples and classes', () => {
  test('a weighted mean, in training and evaluation', async () => {
    const data = digits(6);
    const weights = Float32Array.from([1, 0, 2, 0, 0, 5]);
    const weighted: Dataset = {
      size: data.size,
      inputs: data.inputs,
      targets: data.targets,
      batch: (indices) => ({
        ...(data.batch(indices) as object as NonNullable<Dataset['arrays']>),
        weights: {
          target: {
            data: Float32Array.from(indices, (i) => weights[i]!),
            shape: [indices.length],
            dtype: 'float32',
          },
        },
      }),
    };
    const perExample = async (i: number): Promise<number> => {
      const one: Dataset = { ...data, size: 1, batch: () => data.batch(Uint32Array.of(i)) };
      delete (one as { arrays?: unknown }).arrays;
      return (await trainer.evaluate(one))['loss'] as number;
    };
    const parts = { model: toyModel(), loss: squaredError(), optimizer: momentum(0) };
    const trainer = new Trainer(parts);
    let sum = 0;
    for (let i = 0; i < 6; i++) sum += weights[i]! * (await perExample(i));
    expect((await trainer.evaluate(weighted, { batchSize: 4 }))['loss']).toBeCloseTo(sum / 6, 5);
    const record = await trainer.fit(weighted, { epochs: 1, batchSize: 4 });
    expect(record.epochs[0]!['loss']).toBeCloseTo(sum / 6, 5);
    const byWeights = new Trainer({ ...parts, lossReduction: 'weights' });
    expect((await byWeights.evaluate(weighted, { batchSize: 4 }))['loss']).toBeCloseTo(sum / 8, 5);
  });

  test('are refused where an example has several classes', () => {
    const check = (targetKind: 'class' | 'binary', outputs: number[], targets: number[]) => () =>
      checkOneClassEach(
        'out',
        { ...squaredError(), targetKind },
        { outputs: tf.zeros(outputs), targets: tf.zeros(targets) },
      );
    const fine: ['class' | 'binary', number[], number[]][] = [
      ['class', [4, 3], [4]],
      ['class', [4, 3], [4, 1]],
      ['class', [4, 3], [4, 3]],
      ['binary', [4, 1], [4, 1]],
      ['binary', [4, 1], [4]],
    ];
    for (const one of fine) expect(check(...one)).not.toThrow();
    // Several labels for each, labels of steps, maps of labels, one-hot steps.
    const several: typeof fine = [
      ['binary', [4, 3], [4, 3]],
      ['binary', [4, 5, 5, 1], [4, 5, 5, 1]],
      ['class', [4, 2, 3], [4, 2]],
      ['class', [4, 5, 5, 3], [4, 5, 5]],
      ['class', [4, 2, 3], [4, 2, 3]],
    ];
    for (const one of several)
      expect(check(...one)).toThrow(
        "classWeights weigh an example by its one class, and each of 'out' has several",
      );
  });

  test('a label that a loss ignores, and one that is not named, weigh 1', () => {
    const weights = classWeightsOf(tf.tensor1d([0, 1, 2, -100, -1, 7], 'int32'), { 0: 0.5, 1: 3 });
    expect([...weights.dataSync()]).toEqual([0.5, 3, 1, 1, 1, 1]);
  });

  test('examples of a class weigh as classWeights says', async () => {
    const base = digits(4);
    const labels: Dataset = {
      ...base,
      targets: { target: { shape: [1], dtype: 'int32' } },
      arrays: {
        ...base.arrays!,
        targets: { target: { data: Int32Array.from([0, 1, 0, 1]), shape: [4, 1], dtype: 'int32' } },
      },
      batch: (indices) => ({
        ...(base.batch(indices) as object as NonNullable<Dataset['arrays']>),
        targets: {
          target: {
            data: Int32Array.from(indices, (i) => i % 2),
            shape: [indices.length, 1],
            dtype: 'int32',
          },
        },
      }),
    };
    const counting: Metric<'examples', number> = {
      name: 'examples',
      sums: ({ targets }) => ({ n: tf.scalar(targets.shape[0]!) }),
      result: ({ n }) => n![0]!,
    };
    const loss = async (classWeights?: Record<number, number>): Promise<number> => {
      const trainer = new Trainer({
        model: toyModel(),
        loss: squaredError(),
        optimizer: momentum(0),
        metrics: [counting],
        ...(classWeights ? { classWeights } : {}),
      });
      const record = await trainer.fit(labels, { epochs: 1, batchSize: 3, validation: labels });
      const { loss, val_loss, examples } = record.epochs[0]!;
      // Training and validation weigh alike; metrics do not.
      expect(val_loss).toBeCloseTo(loss!, 6);
      expect(examples).toBe(4);
      return loss!;
    };
    const [zero, one, both] = [await loss({ 1: 0 }), await loss({ 0: 0 }), await loss()];
    expect(both).toBeCloseTo(zero + one, 6);
    expect(await loss({ 0: 3 })).toBeCloseTo(3 * zero + one, 6);
    await expect(loss({ 0: -1 })).rejects.toThrow('classWeights');
  });
});
