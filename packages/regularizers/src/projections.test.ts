import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { Plugin } from '@espalier/core';
import { type TestStep, testStep } from '@espalier/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fixture from '../../../testing/references/regularizers/projections.json' with { type: 'json' };
import { ball, l0Proximal, nuclearNorm, simplex } from './index.js';

let step: TestStep;

type Array = { readonly shape: number[]; readonly values: number[] };
const tensorOf = ({ shape, values }: Array): tf.Tensor => tf.tensor(values, shape);
/** Within some units in the last place of the largest number that goes in. */
const expectClose = (got: tf.Tensor, want: readonly number[], scale: number, tolerance = 1e-6): void =>
  got
    .dataSync()
    .forEach((value, i) => expect(Math.abs(value - want[i]!)).toBeLessThanOrEqual(tolerance * scale));
const apply = (plugin: Plugin, w: tf.Tensor): tf.Tensor =>
  plugin.transformParameters!({ 'a/kernel': w }, { 'a/kernel': w }, step)['a/kernel']!;

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    step = testStep({ scalars: { learningRate: 0.5 } });
  });
  afterAll(() => step.dispose());

  test.each([
    ['simplex', simplex({ radius: 1.5 })],
    ['l1', ball({ norm: 'l1', radius: 1.5 })],
    ['l2', ball({ norm: 'l2', radius: 1.5 })],
    ['linf', ball({ norm: 'linf', radius: 0.5 })],
  ] as const)('%s is the projection of optax and of sorting', (kind, plugin) => {
    for (const [name, array] of Object.entries(fixture.parameters))
      expectClose(
        apply(plugin, tensorOf(array)),
        fixture[kind][name as keyof typeof fixture.parameters].values,
        2,
      );
  });

  test('what a ball holds keeps its bits, and a NaN stays one', () => {
    const inside = [...Float32Array.from([0.1, -0.2, 0, 0.3])];
    for (const norm of ['l1', 'l2', 'linf'] as const) {
      expect([...apply(ball({ norm }), tf.tensor2d(inside, [4, 1])).dataSync()]).toEqual(inside);
      expect(apply(ball({ norm }), tf.tensor2d([NaN, 5], [2, 1])).dataSync()[0]).toBeNaN();
    }
    expect(apply(simplex(), tf.tensor2d([NaN, 5], [2, 1])).dataSync()[0]).toBeNaN();
    expect([...apply(simplex({ radius: 3 }), tf.tensor2d([[-7, 2]])).dataSync()]).toEqual([3, 3]);
  });

  test('the axis is the one asked for', () => {
    const w = tf.tensor2d([
      [1, 3],
      [0, 4],
    ]);
    expect([...apply(simplex({ axis: -1 }), w).dataSync()]).toEqual([0, 1, 0, 1]);
    expect([...apply(simplex({ axis: [0, 1] }), w).dataSync()]).toEqual([0, 0, 0, 1]);
    expect([...apply(ball({ norm: 'l1', axis: -1 }), w).dataSync()]).toEqual([0, 1, 0, 1]);
    expect([...apply(ball({ norm: 'l2', radius: 4, axis: 0 }), w).dataSync()][0]).toBe(1);
    expect(() => apply(ball({ norm: 'l1', axis: 2 }), w)).toThrow('axis [2] does not exist');
    expect(() => apply(simplex({ axis: 2 }), w)).toThrow('axis [2] does not exist');
  });

  test.each(Object.entries(fixture.nuclear))(
    'the nuclear norm of %s has the value and gradient that singular values give',
    (_, { value, parameter, gradient }) => {
      const of = (w: tf.Tensor): tf.Scalar => nuclearNorm({ lambda: 0.5 }).penalty!({ 'a/kernel': w }, step);
      expect(Math.abs(of(tensorOf(parameter)).dataSync()[0]! - 0.5 * value)).toBeLessThan(
        1e-5 * value + 1e-12,
      );
      const slope = tf.grad(of)(tensorOf(parameter));
      expectClose(
        slope,
        gradient.values.map((one) => 0.5 * one),
        1,
        2e-4,
      );
    },
  );

  test('l0Proximal drops what is not worth its cost, and nothing else', () => {
    // The threshold is sqrt(2 * 0.5 * 0.25) = 0.5.
    const w = [...Float32Array.from([0.5, -0.5, 0.51, -0.51, 0, NaN, 7])];
    expect([...apply(l0Proximal({ lambda: 0.25 }), tf.tensor2d(w, [7, 1])).dataSync()]).toEqual([
      0,
      0,
      w[2],
      w[3],
      0,
      NaN,
      7,
    ]);
  });
});
