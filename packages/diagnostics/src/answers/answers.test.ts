import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, Loss } from '@espalier/core';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import reference from '../../../../testing/references/diagnostics/answers.json' with { type: 'json' };
import {
  calibration,
  mostConfused,
  overfittingGap,
  permutationImportance,
  temperatureScaling,
  topLosses,
} from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const array = (
  data: readonly number[],
  shape: number[],
  dtype: 'float32' | 'int32' = 'float32',
): HostArray =>
  dtype === 'float32'
    ? { data: Float32Array.from(data), shape, dtype }
    : { data: Int32Array.from(data), shape, dtype };
const logits = array(reference.logits, [80, 3]);
const labels = array(reference.labels, [80], 'int32');

describe('calibration', () => {
  test("errors are torchmetrics', of logits and of probabilities, labels and one-hot", async () => {
    const found = await calibration(logits, labels);
    expect(found.expectedError).toBeCloseTo(reference.expected, 6);
    expect(found.maximumError).toBeCloseTo(reference.maximum, 6);
    expect(found.loss).toBeCloseTo(reference.loss, 10);
    expect(found.bins.reduce((sum, { count }) => sum + count, 0)).toBe(80);
    expect(found.bins[0]).toEqual({ from: 0, to: 0.1, count: 0, confidence: null, accuracy: null });
    expect(found.sentence).toMatch(/^The model is too sure: \d\d\.\d % sure on average/);
    const [probabilities, rows] = tf.tidy(() => [
      tf.softmax(tf.tensor2d(reference.logits, [80, 3])),
      tf.oneHot(tf.tensor1d(reference.labels, 'int32'), 3),
    ]);
    await expectNoLeak(async () => {
      const same = await calibration(probabilities!, rows!, { outputs: 'probabilities' });
      expect(same.expectedError).toBeCloseTo(reference.expected, 5);
      expect(same.brier).toBeCloseTo(found.brier, 5);
    });
    tf.dispose([probabilities!, rows!]);
  });

  test('of one column is that of both classes, and certain answers fall into the last bin', async () => {
    const one = await calibration(array([2, -1, 0.5], [3, 1]), array([1, 0, 0], [3, 1]));
    const two = await calibration(array([0, 2, 0, -1, 0, 0.5], [3, 2]), array([1, 0, 0], [3]));
    expect(one).toEqual(two);
    const p = array([1, 0, 0.8], [3, 1]);
    const sure = await calibration(p, array([1, 0, 1], [3]), { outputs: 'probabilities', bins: 5 });
    expect(sure.bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 3]);
    expect(sure.expectedError).toBeCloseTo(0.2 / 3, 6);
    expect(sure.brier).toBeCloseTo((2 * 0.2 ** 2) / 3, 6);
  });

  test("a temperature is scipy's, and makes the answers more honest without changing them", async () => {
    const { temperature, before, after } = await temperatureScaling(logits, labels);
    expect(temperature).toBeCloseTo(reference.temperature, 5);
    expect(after.loss).toBeCloseTo(reference.lossThen, 9);
    expect(after.expectedError).toBeCloseTo(reference.expectedThen, 5);
    expect([before.expectedError > after.expectedError, before.accuracy]).toEqual([true, after.accuracy]);
  });

  test('refuses probabilities that do not add up, and targets that are not one-hot', async () => {
    const p = (data: number[]) =>
      calibration(array(data, [2, 2]), array([0, 1], [2]), { outputs: 'probabilities' });
    await expect(p([0.2, 0.2, 0.9, 0.1])).rejects.toThrow('outputs of example 0 are [0.2');
    await expect(p([0.5, 0.5, 0, 0])).rejects.toThrow('outputs of example 1 are [0, 0]');
    // Probabilities of float16.
    expect((await p([0.5, 0.4995, 0.9, 0.1])).accuracy).toBe(0.5);
    for (const rows of [
      [1, 1, 0, 1],
      [0, 0, 0, 1],
      [0.9, 0.1, 0, 1],
    ])
      await expect(calibration(array([1, 2, 3, 4], [2, 2]), array(rows, [2, 2]))).rejects.toThrow(
        'one-hot rows have one 1',
      );
    for (const outputs of [
      undefined,
      [[1, 2]],
      { data: new Float32Array(3), shape: [2, 2], dtype: 'float32' },
    ])
      await expect(calibration(outputs as never, array([0, 1], [2]))).rejects.toThrow(
        '[calibration] outputs must be',
      );
  });

  test('refuses what is no answer', async () => {
    await expect(calibration(logits, array([0], [1]))).rejects.toThrow('targets must be [80]');
    await expect(calibration(array([0, 1], [1, 2]), array([2], [1]))).rejects.toThrow('classes are 0 to 1');
    await expect(calibration(array([0, NaN], [1, 2]), array([1], [1]))).rejects.toThrow(
      'example 0 are not finite',
    );
    await expect(
      calibration(array([0, 2], [1, 2]), array([1], [1]), { outputs: 'probabilities' }),
    ).rejects.toThrow('outputs of example 0 are [0, 2], no probabilities');
    await expect(calibration(array([], [0, 2]), array([], [0]))).rejects.toThrow('at least one example');
  });
});

describe('mostConfused', () => {
  const matrix = [
    [8, 2, 0],
    [3, 90, 7],
    [0, 0, 0],
  ];
  test('gives the pairs that happened, by count or by rate', () => {
    expect(mostConfused(matrix, { classNames: ['a', 'b', 'c'], limit: 2 })).toEqual([
      { actual: 'b', predicted: 'c', count: 7, rate: 0.07 },
      { actual: 'b', predicted: 'a', count: 3, rate: 0.03 },
    ]);
    expect(mostConfused(matrix, { by: 'rate' }).map(({ actual }) => actual)).toEqual(['0', '1', '1']);
  });
  test('refuses what is no matrix', () => {
    expect(() => mostConfused([[1, 2]])).toThrow('square of counts');
    expect(() => mostConfused([[NaN]])).toThrow('square of counts');
    expect(() => mostConfused(matrix, { classNames: ['a'] })).toThrow('3 names');
  });
});

describe('topLosses', () => {
  const squares: Loss = {
    name: 'squares',
    perExample: (outputs, targets) => tf.sum(tf.square(tf.sub(outputs, targets)), 1),
  };
  test('refuses labels that the loss has no column for, and a loss that is no number for each example', async () => {
    const outputs = array([1, 2, 2, 1], [2, 2]);
    await expect(topLosses(softmaxCrossEntropyLike, outputs, array([0, 5], [2], 'int32'))).rejects.toThrow(
      'no class 5',
    );
    const whole: Loss = { name: 'whole', perExample: (o, t) => tf.square(tf.sub(o, t)) as never };
    await expect(topLosses(whole, outputs, outputs)).rejects.toThrow('the loss must give [2]');
  });
  const softmaxCrossEntropyLike: Loss = {
    ...squares,
    checkTargets: ({ data }) => {
      if (data.some((label: number) => label > 1)) throw new Error('no class 5');
    },
  };

  test('gives the worst first, what is NaN before all', async () => {
    const outputs = array([1, 2, 5, 5, 0, NaN, 3, 4], [4, 2]);
    const targets = array([1, 1, 1, 1, 0, 0, 3, 4], [4, 2]);
    await expectNoLeak(async () => {
      expect(await topLosses(squares, outputs, targets, { limit: 3 })).toEqual([
        { index: 2, loss: null, output: [0, NaN], target: [0, 0] },
        { index: 1, loss: 32, output: [5, 5], target: [1, 1] },
        { index: 0, loss: 1, output: [1, 2], target: [1, 1] },
      ]);
      await expect(topLosses(squares, outputs, array([1, 1], [1, 2]))).rejects.toThrow('outputs are [4,2]');
    });
  });
});

describe('permutationImportance', () => {
  const { x, y, means, deviations } = reference.permutation;
  const score = ({ data }: HostArray): number => {
    let sum = 0;
    y.forEach((value, i) => (sum += (2 * data[3 * i]! - data[3 * i + 1]! - value) ** 2));
    return -sum / y.length;
  };

  test("is scikit-learn's within what shuffling scatters, and 0 for a column that nothing hangs on", async () => {
    const repeats = 500;
    const given = array(x, [40, 3]);
    const before = given.data.slice();
    const found = await permutationImportance(score, given, { repeats, names: ['a', 'b', 'c'] });
    expect(found.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    found.slice(0, 2).forEach(({ importance, deviation }, i) => {
      const error = deviations[i]! / Math.sqrt(repeats);
      expect(Math.abs(importance - means[i]!)).toBeLessThan(4 * error);
      expect(deviation / deviations[i]!).toBeGreaterThan(0.85);
      expect(deviation / deviations[i]!).toBeLessThan(1.15);
    });
    expect(found[2]).toMatchObject({ importance: 0, deviation: 0 });
    expect(given.data).toEqual(before);
  });

  test('moves all that a column holds, and refuses scores that are none', async () => {
    const given = array([1, 10, 2, 20, 3, 30], [3, 1, 2]);
    const seen: string[] = [];
    await permutationImportance(({ data }) => seen.push([...data].join()), given, { repeats: 2 });
    const pairs = seen.map((line) => line.split(',').map(Number));
    for (const line of pairs) for (const i of [0, 2, 4]) expect(line[i + 1]).toBe(10 * line[i]!);
    await expect(permutationImportance(() => NaN, given)).rejects.toThrow('must be a finite number, got NaN');
    await expect(permutationImportance(score, array([1], [1]))).rejects.toThrow('[N, F, ...]');
  });
});

describe('overfittingGap', () => {
  const record = (...pairs: (readonly [number, number])[]) => ({
    epochs: pairs.map(([loss, validation], epoch) => ({ epoch, loss, val_loss: validation })),
  });

  test('tells overfitting from instability and from learning', () => {
    const over = overfittingGap(record([1, 1.1], [0.5, 0.7], [0.1, 1]));
    expect(over).toMatchObject({ bestEpoch: 2, overfits: true });
    expect([over.gapAtBest, over.gapAtEnd, over.lost].map((n) => n.toFixed(6))).toEqual([
      '0.200000',
      '0.900000',
      '0.300000',
    ]);
    expect(over.sentence).toBe(
      'It overfits after epoch 2: val_loss goes from 0.700 to 1.00 while loss goes from 0.500 to 0.100.',
    );
    expect(overfittingGap(record([1, 1.1], [0.5, 0.7], [2, 3])).sentence).toContain('has become unstable');
    const well = overfittingGap(record([1, 1.1], [NaN, NaN], [0.1, 0.2]));
    expect(well).toMatchObject({ overfits: false, bestEpoch: 3, lost: 0 });
    expect(overfittingGap(record([1, 1])).overfits).toBe(false);
  });

  test('tells of a run that diverged, and of a name that nobody has', () => {
    const epochs = [
      { loss: 1, val_loss: 1 },
      { loss: 0.5, val_loss: 0.7 },
      { loss: NaN, val_loss: NaN },
    ];
    const { sentence, overfits, bestEpoch } = overfittingGap({ epochs });
    expect([overfits, bestEpoch]).toEqual([false, 2]);
    expect(sentence).toMatch(/^loss or val_loss is not finite after epoch 2: the run diverged\./);
    expect(() => overfittingGap({ epochs }, { metric: 'acuracy' })).toThrow('validation (loss');
  });

  test('knows what is better', () => {
    const epochs = [
      { accuracy: 0.8, val_accuracy: 0.9, mine: 1, val_mine: 1 },
      { accuracy: 0.99, val_accuracy: 0.7, mine: 2, val_mine: 2 },
    ];
    expect(overfittingGap({ epochs }, { metric: 'accuracy' }).sentence).toBe(
      'It overfits after epoch 1: val_accuracy goes from 0.900 to 0.700 while accuracy goes from 0.800 to 0.990.',
    );
    expect(() => overfittingGap({ epochs }, { metric: 'mine' })).toThrow("'lower' or 'higher'");
    expect(overfittingGap({ epochs }, { metric: 'mine', better: 'higher' }).overfits).toBe(false);
    expect(() => overfittingGap({ epochs })).toThrow('(accuracy, mine)');
  });
});
