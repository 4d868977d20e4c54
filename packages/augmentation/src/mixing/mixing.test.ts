import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Plugin } from '@espalier/core';
import { stream } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { fixture } from '../../../../testing/references/augmentation/fixture.js';
import { betaQuantiles } from './beta-quantiles.js';
import { cutMix } from './cut-mix.js';
import { mixUp } from './mix-up.js';
import { betaNumbers } from './partners.js';

const evaluation = testStep({ training: false });

const apply = (plugin: Plugin, batch: Batch): Batch =>
  plugin.transformBatch!(batch, testStep({ seed: 4, step: 3 }));
const values = (tensor: tf.Tensor | undefined): number[] => Array.from(tensor!.dataSync());

/** Images of one value each, which is their label too. */
function batchOf(count: number, size: readonly [number, number] = [8, 8]): Batch {
  const labels = Array.from({ length: count }, (_, i) => i);
  return {
    inputs: { image: tf.tile(tf.tensor4d(labels, [count, 1, 1, 1]), [1, ...size, 1]) },
    targets: { label: tf.tensor1d(labels, 'int32') },
    targetKinds: { label: 'class' },
  };
}

test.each(Object.entries(fixture.betaQuantiles))("quantiles of Beta(%s) are scipy's", (alpha, expected) => {
  const quantiles = betaQuantiles(Number(alpha), 64);
  expected.forEach((value, i) => expect(Math.abs(quantiles[i]! - value)).toBeLessThan(1e-5));
});

test.each([0.2, 1, 3])('shares of Beta(%s) have its mean and variance', (alpha) => {
  const count = 20_000;
  const numbers = values(betaNumbers(alpha)(tf.tensor1d(stream(1, 'beta').uniforms(count))));
  const mean = numbers.reduce((sum, x) => sum + x, 0) / count;
  const variance = numbers.reduce((sum, x) => sum + (x - 0.5) ** 2, 0) / count;
  const exact = 1 / (4 * (2 * alpha + 1));
  // Four standard errors; the fourth moment of what lies in [0, 1] is at most 1 / 16.
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(exact / count));
  expect(Math.abs(variance - exact)).toBeLessThan(4 / (4 * Math.sqrt(count)));
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThanOrEqual(1);
});

test('MixUp: inputs, rows of labels and weights have the same shares of themselves and the example before', () => {
  const uniforms = tf.tensor(stream(4, 'share', 3).uniforms(4));
  const shares = values(betaNumbers(0.4)(uniforms));
  const batch = { ...batchOf(4), weights: { label: tf.tensor1d([1, 2, 3, 4]) } };
  const mixed = apply(mixUp({ alpha: 0.4, classes: 4 }), batch);
  const rows = (mixed.targets['label'] as tf.Tensor2D).arraySync();
  shares.forEach((share, i) => {
    const other = (i + 3) % 4;
    const row = [0, 1, 2, 3].map((k) => (k === i ? share : k === other ? 1 - share : 0));
    row.forEach((value, k) => expect(rows[i]![k]).toBeCloseTo(value, 6));
    expect(values(mixed.inputs['image'])[64 * i + 13]).toBeCloseTo(share * i + (1 - share) * other, 5);
    expect(values(mixed.weights!['label'])[i]).toBeCloseTo(share * (i + 1) + (1 - share) * (other + 1), 5);
  });
});

test('MixUp takes any float32 input and mixes numbers and answers as they are', () => {
  const batch: Batch = {
    inputs: { x: tf.tensor2d([[1], [3]]), word: tf.tensor1d([1, 2], 'int32'), id: tf.tensor2d([[5], [6]]) },
    targets: { y: tf.tensor2d([[10], [30]]), answer: tf.tensor1d([0, 1], 'int32') },
    targetKinds: { y: 'values', answer: 'binary' },
    lookUps: ['id'],
  };
  const mixed = apply(mixUp(), batch);
  const [share] = values(betaNumbers(0.2)(tf.tensor(stream(4, 'share', 3).uniforms(2))));
  expect(values(mixed.inputs['x'])[0]).toBeCloseTo(3 - 2 * share!, 5);
  expect(values(mixed.targets['y'])[0]).toBeCloseTo(30 - 20 * share!, 4);
  expect(values(mixed.targets['answer'])[0]).toBeCloseTo(1 - share!, 6);
  expect(mixed.inputs['word']).toBe(batch.inputs['word']);
  expect(mixed.inputs['id']).toBe(batch.inputs['id']);
  const some = apply(mixUp({ targets: ['y'] }), batch);
  expect(some.targets['answer']).toBe(batch.targets['answer']);
});

test('CutMix: a rectangle is that of the image before, and the target has the share of the pixels that stayed', () => {
  for (const shape of [undefined, [8, 8, 1] as const]) {
    const given = batchOf(6);
    const image = shape ? tf.reshape(given.inputs['image']!, [6, 64]) : given.inputs['image']!;
    const batch = { ...given, inputs: { image } };
    const mixed = apply(cutMix({ classes: 6, ...(shape && { shape }) }), batch);
    expect(mixed.inputs['image']!.shape).toEqual(image.shape);
    const pixels = values(mixed.inputs['image']);
    const rows = (mixed.targets['label'] as tf.Tensor2D).arraySync();
    let moved = 0;
    for (let i = 0; i < 6; i++) {
      const own = pixels.slice(64 * i, 64 * i + 64);
      const others = own.flatMap((value, at) => (value === i ? [] : [at]));
      expect(new Set(others.map((at) => own[at]))).toEqual(new Set(others.length ? [(i + 5) % 6] : []));
      // All of a rectangle: as many as its rows times its columns.
      const height = new Set(others.map((at) => Math.floor(at / 8))).size;
      const width = new Set(others.map((at) => at % 8)).size;
      expect(others.length).toBe(height * width);
      expect(rows[i]![i]).toBeCloseTo(1 - others.length / 64, 6);
      expect(rows[i]![(i + 5) % 6]).toBeCloseTo(others.length / 64, 6);
      moved += others.length;
    }
    expect(moved).toBeGreaterThan(0);
  }
});

test('the area that CutMix takes has the mean that shares and borders give it', () => {
  const count = 2000;
  const batch = batchOf(count, [16, 16]);
  const own = { ...batch, targets: { label: tf.ones([count, 1]) } };
  const given = { ...own, inputs: { image: tf.ones([count, 16, 16, 1]) } };
  // What is cut is told by targets of one number: 1 stays 1, so look at a target of which the partner has 0.
  const alternating = tf.tensor2d(
    Array.from({ length: count }, (_, i) => [i % 2]),
    [count, 1],
  );
  const mixed = apply(cutMix(), {
    ...given,
    targets: { label: alternating },
    targetKinds: { label: 'values' },
  });
  const taken = values(mixed.targets['label']).map((value, i) => (i % 2 ? 1 - value : value));
  const mean = taken.reduce((sum, x) => sum + x, 0) / count;
  // By the same rule in float64, over all places and 2,000 even shares.
  let exact = 0;
  for (let k = 0; k < 2000; k++) {
    const half = Math.floor(0.5 * Math.sqrt((k + 0.5) / 2000) * 16);
    let side = 0;
    for (let at = 0; at < 16; at++) side += Math.min(at + half, 16) - Math.max(at - half, 0);
    exact += (side / 256) ** 2 / 2000;
  }
  expect(Math.abs(mean - exact)).toBeLessThan((4 * 0.25) / Math.sqrt(count));
});

test.each([
  ['MixUp', mixUp],
  ['CutMix', cutMix],
])('%s mixes the share of the examples that it was told', (_, make) => {
  const batch = batchOf(3000, [8, 8]);
  const zeros = { ...batch, targets: { label: tf.tensor2d(values(batch.inputs['image']).filter((_, i) => i % 64 === 0), [3000, 1]) }, targetKinds: { label: 'values' as const } }; // prettier-ignore
  const mixed = apply(make({ probability: 0.25, alpha: 1 }), zeros);
  const changed = values(mixed.targets['label']).filter((value, i) => value !== i).length / 3000;
  // CutMix changes nothing where its rectangle is empty.
  const bound = 4 * Math.sqrt((0.25 * 0.75) / 3000);
  expect(changed).toBeLessThan(0.25 + bound);
  if (make === mixUp) expect(changed).toBeGreaterThan(0.25 - bound);
  else expect(changed).toBeGreaterThan(0.1);
});

test('nothing is mixed in evaluation, with a probability of 0, or in a batch of one', () => {
  const batch = batchOf(3);
  for (const make of [mixUp, cutMix]) {
    expect(make({ classes: 3 }).transformBatch!(batch, evaluation)).toBe(batch);
    expect(make({ probability: 0 }).transformBatch).toBeUndefined();
    const one = apply(make({ classes: 2 }), batchOf(1));
    expect(values(one.targets['label'])).toEqual([1, 0]);
    expect(values(one.inputs['image'])).toEqual(Array(64).fill(0));
  }
});

test.each<[() => unknown, string]>([
  [
    () => apply(mixUp(), batchOf(2)),
    "[mix-up] target 'label' has integer labels; give the number of classes",
  ],
  [() => apply(cutMix(), batchOf(2)), "[cut-mix] target 'label' has integer labels"],
  [
    () => apply(mixUp({ inputs: ['b'] }), batchOf(2)),
    "'b' is not an input of float32 numbers; there are: image",
  ],
  [() => apply(mixUp({ targets: ['b'] }), batchOf(2)), "target 'b' does not exist; there are: label"],
  [() => apply(cutMix({ inputs: ['b'] }), batchOf(2)), "input 'b' must be float32 images [N, H, W, C]"],
  [() => apply(cutMix({ shape: [3, 3, 1] }), batchOf(2)), 'there are no images among the inputs: image'],
  [() => mixUp({ alpha: 0 }), '[mix-up] alpha must be a number > 0 and <= 100, got 0'],
  [() => cutMix({ classes: 1 }), 'classes must be a whole number >= 2'],
])('refuses %s', (make, message) => expect(make).toThrow(message));
