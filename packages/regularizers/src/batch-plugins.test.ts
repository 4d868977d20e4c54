import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Plugin } from '@espalier/core';
import { stream, Trainer } from '@espalier/core';
import { testStep, toyOptimizer } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { fixture, largestError, read } from '../../../testing/references/regularizers/fixture.js';
import { gaussianNoise } from './gaussian-noise.js';
import { labelSmoothing } from './label-smoothing.js';

const step = testStep({ seed: 5, step: 2 });
const evaluation = testStep({ training: false });
const labels = tf.tensor1d(fixture.labelSmoothing.labels, 'int32');
const x = tf.tensor2d([
  [1, 2],
  [3, 4],
]);

function targets(plugin: Plugin, target: tf.Tensor): tf.Tensor {
  const batch: Batch = { inputs: { input: x }, targets: { target } };
  const next = plugin.transformBatch!(batch, step);
  expect(next.inputs).toBe(batch.inputs);
  return next.targets['target']!;
}

test("crossentropy with smoothed labels is PyTorch's with label_smoothing", () => {
  const { alpha, logits, losses } = fixture.labelSmoothing;
  const smoothed = targets(labelSmoothing({ alpha, classes: 3 }), labels);
  const logProbabilities = tf.logSoftmax(tf.tensor2d(logits, [4, 3]));
  const actual = read(tf.neg(tf.sum(tf.mul(smoothed, logProbabilities), 1)));
  expect(largestError(actual, losses)).toBeLessThan(1e-6);
});

test('labels of every form become the same rows', () => {
  const plugin = labelSmoothing({ alpha: 0.25, classes: 3 });
  const expected = [0, 1, 2, 3].flatMap((i) =>
    [0, 1, 2].map((k) => Math.fround((k === fixture.labelSmoothing.labels[i] ? 0.75 : 0) + 0.25 / 3)),
  );
  const oneHot = tf.oneHot(labels, 3);
  for (const form of [labels, tf.reshape(labels, [4, 1]), oneHot, tf.cast(oneHot, 'float32')]) {
    const rows = targets(plugin, form as tf.Tensor);
    expect([rows.dtype, rows.shape]).toEqual(['float32', [4, 3]]);
    expect(largestError(read(rows), expected)).toBeLessThan(1e-7);
  }
  expect(read(targets(labelSmoothing({ alpha: 1, classes: 4 }), labels))).toEqual(Array(16).fill(0.25));
});

test('smoothing takes the targets asked for, and none in evaluation', () => {
  const batch: Batch = { inputs: { x }, targets: { digit: labels, angle: x } };
  const plugin = labelSmoothing({ alpha: 0.1, classes: 3, targets: ['digit'] });
  const next = plugin.transformBatch!(batch, step);
  expect(next.targets['angle']).toBe(x);
  expect(next.targets['digit']!.shape).toEqual([4, 3]);
  expect(plugin.transformBatch!(batch, evaluation)).toBe(batch);
});

test('under a loss of answers each answer is smoothed between 0 and 1, as Keras does, whatever its row', () => {
  const multiHot = [1, 0, 1, 0, 0, 0, 0, 1];
  for (const dtype of ['float32', 'int32'] as const) {
    const target = tf.tensor2d(multiHot, [2, 4], dtype);
    const batch: Batch = { inputs: { x }, targets: { target }, targetKinds: { target: 'binary' } };
    const smoothed = labelSmoothing({ alpha: 0.2 }).transformBatch!(batch, step).targets['target']!;
    expect(largestError(read(smoothed), multiHot.map((t) => 0.8 * t + 0.1))).toBeLessThan(1e-7); // prettier-ignore
  }
  // [N] as well, where no row could tell the number of classes.
  const single: Batch = { inputs: { x }, targets: { t: labels }, targetKinds: { t: 'binary' } };
  expect(labelSmoothing({ alpha: 0.2 }).transformBatch!(single, step).targets['t']!.shape).toEqual([4]);
});

test('targets of a loss of values are left alone, and refused where they are asked for', () => {
  const batch: Batch = {
    inputs: { x },
    targets: { digit: labels, angle: x },
    targetKinds: { digit: 'class', angle: 'values' },
  };
  const next = labelSmoothing({ alpha: 0.1, classes: 3 }).transformBatch!(batch, step);
  expect(next.targets['angle']).toBe(x);
  expect(next.targets['digit']!.shape).toEqual([4, 3]);
  const asked = labelSmoothing({ alpha: 0.1, classes: 3, targets: ['angle'] });
  expect(() => asked.transformBatch!(batch, step)).toThrow("target 'angle' has a loss of values");
  const none: Batch = { ...batch, targets: { angle: x } };
  expect(() => labelSmoothing({ alpha: 0.1 }).transformBatch!(none, step)).toThrow('there are no labels');
});

test.each([
  ['binary', [0.9, 0.1, 0.9, 0.1]],
  [undefined, [0.85, 0.05, 0.85, 0.05]],
] as const)('a trainer tells the kind of targets that its loss has: %s', async (targetKind, wanted) => {
  let seen: number[] = [];
  const watch: Plugin = {
    name: 'watch',
    enforce: 'post',
    transformBatch(batch) {
      seen = [...batch.targets['output']!.dataSync()];
      return batch;
    },
  };
  const rows = { data: Float32Array.of(1, 0, 1, 0), shape: [1, 4], dtype: 'float32' } as const;
  const trainer = new Trainer({
    model: { parameters: { w: tf.variable(tf.zeros([4])) }, forward: (_, { w }) => tf.reshape(w!, [1, 4]) },
    loss: {
      name: 'distance',
      ...(targetKind && { targetKind }),
      perExample: (outputs, targets) => tf.mean<tf.Tensor1D>(tf.squaredDifference(outputs, targets), 1),
    },
    optimizer: toyOptimizer(),
    plugins: [labelSmoothing({ alpha: 0.2 }), watch],
  });
  const examples = {
    size: 1,
    inputs: { input: { shape: [4], dtype: 'float32' } },
    targets: { target: { shape: [4], dtype: 'float32' } },
    batch: () => ({ inputs: { input: rows }, targets: { target: rows } }),
  } as const;
  await trainer.fit(examples, { epochs: 1, batchSize: 1 });
  expect(largestError(seen, [...wanted])).toBeLessThan(1e-7);
});

test('noise is x + stddev * the normal numbers of seed, input and step', () => {
  const batch: Batch = { inputs: { image: x, token: labels }, targets: { y: labels } };
  const next = gaussianNoise({ stddev: 0.5 }).transformBatch!(batch, step);
  const normals = stream(5, 'image', 2).normals(4);
  const expected = [1, 2, 3, 4].map((value, i) => Math.fround(value + Math.fround(0.5 * normals[i]!)));
  expect(read(next.inputs['image'])).toEqual(expected);
  expect(next.inputs['token']).toBe(labels);
  expect(next.targets).toBe(batch.targets);
  expect(read(x)).toEqual([1, 2, 3, 4]);
});

test('noise has its standard deviation, which may be a schedule', () => {
  const plugin = gaussianNoise({ stddev: (at) => at.step / 10 });
  const own = testStep({ step: 3, scalars: { ...plugin.scalars } });
  const zeros = tf.zeros([100, 100]);
  const noise = read(plugin.transformBatch!({ inputs: { zeros }, targets: {} }, own).inputs['zeros']);
  const mean = noise.reduce((sum, n) => sum + n, 0) / 1e4;
  const deviation = Math.sqrt(noise.reduce((sum, n) => sum + (n - mean) ** 2, 0) / 1e4);
  // Four standard errors of 10,000 draws.
  expect(Math.abs(mean)).toBeLessThan((4 * 0.3) / 100);
  expect(Math.abs(deviation - 0.3)).toBeLessThan((4 * 0.3) / Math.sqrt(2e4));
  own.dispose();
});

test('noise takes the inputs asked for, and none in evaluation', () => {
  const batch: Batch = { inputs: { a: x, b: x }, targets: {} };
  const plugin = gaussianNoise({ stddev: 1, inputs: ['b'] });
  const next = plugin.transformBatch!(batch, step);
  expect(next.inputs['a']).toBe(x);
  expect(next.inputs['b']).not.toBe(x);
  expect(plugin.transformBatch!(batch, evaluation)).toBe(batch);
});

test('0 leaves nothing in the step', () => {
  expect(labelSmoothing({ alpha: 0 })).toEqual({ name: 'label-smoothing', config: expect.anything() });
  expect(gaussianNoise({ stddev: 0, name: 'mine' })).toEqual({ name: 'mine', config: expect.anything() });
});

test('what they make in a tidy is all that they leave', () => {
  const batch: Batch = { inputs: { a: x }, targets: { y: labels } };
  for (const plugin of [labelSmoothing({ alpha: 0.1, classes: 3 }), gaussianNoise({ stddev: 1 })]) {
    const run = () => tf.tidy(() => plugin.transformBatch!(batch, step) as unknown as tf.TensorContainer);
    run();
    const before = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors - before).toBe(1);
  }
});

test.each<[() => unknown, string]>([
  [() => labelSmoothing({ alpha: 1.5 }), '[label-smoothing] alpha must be a number >= 0 and <= 1, got 1.5'],
  [() => labelSmoothing({ alpha: 0.1, classes: 1 }), 'classes must be a whole number >= 2, got 1'],
  [() => labelSmoothing({ alpha: 0.1, targets: [] }), 'targets must be a list of names, got []'],
  [() => labelSmoothing({ alpha: 0, name: '' }), '[label-smoothing] name must be'],
  [
    () => targets(labelSmoothing({ alpha: 0.1 }), labels),
    "target 'target' has integer labels; give the number of classes",
  ],
  [() => targets(labelSmoothing({ alpha: 0.1, classes: 5 }), tf.ones([4, 3])), 'classes is 5, but target'],
  [
    () => targets(labelSmoothing({ alpha: 0.1, classes: 3 }), tf.ones([4])),
    'must be int32 labels [N] or rows [N, classes], got float32 [4]',
  ],
  [
    () => targets(labelSmoothing({ alpha: 0.1, classes: 3, targets: ['y'] }), labels),
    "target 'y' does not exist; there are: target",
  ],
  [() => gaussianNoise({ stddev: -1 }), '[gaussian-noise] stddev must be a number >= 0, got -1'],
  [() => gaussianNoise({ stddev: 1, inputs: 'a' as never }), "inputs must be a list of names, got 'a'"],
  [
    () =>
      gaussianNoise({ stddev: 1, inputs: ['b'] }).transformBatch!({ inputs: { a: x }, targets: {} }, step),
    "[gaussian-noise] 'b' is not a float32 input; there are: a",
  ],
])('refuses %s', (make, message) => expect(make).toThrow(message));

test('noise leaves row numbers of a table alone, also where they are float32', () => {
  const batch: Batch = { inputs: { words: x, lengths: x }, targets: {}, lookUps: ['words'] };
  const next = gaussianNoise({ stddev: 0.5 }).transformBatch!(batch, step);
  expect(next.inputs['words']).toBe(x);
  expect(read(next.inputs['lengths'])).not.toEqual(read(x));
  expect(() => gaussianNoise({ stddev: 1, inputs: ['words'] }).transformBatch!(batch, step)).toThrow(
    "'words' holds row numbers of a table",
  );
  const ids: Batch = { inputs: { words: x }, targets: {}, lookUps: ['words'] };
  expect(() => gaussianNoise({ stddev: 1 }).transformBatch!(ids, step)).toThrow(
    'there are no inputs of numbers',
  );
});
