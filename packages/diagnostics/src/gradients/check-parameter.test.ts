import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { FunctionalModel, Loss } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { gradientCheck } from './gradient-check.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const squares: Loss = {
  name: 'squares',
  perExample: (outputs, targets) => tf.mean(tf.square(tf.sub(outputs, targets)), 1),
};

describe('gradientCheck among many entries', () => {
  const n = 20;
  const numbers = (count: number, seed: number): number[] =>
    Array.from({ length: count }, (_, i) => Math.sin(1.7 * (i + 1) * seed));
  /** tanh(x w), the gradient of w changed by `bug`. */
  const wide = (bug: (gradient: tf.Tensor) => tf.Tensor, relu = false): FunctionalModel => {
    const product = tf.customGrad((x, w, save) => {
      (save as unknown as (tensors: tf.Tensor[]) => void)([x as tf.Tensor, w as tf.Tensor]);
      return {
        value: tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [
          tf.matMul(dy as tf.Tensor2D, saved[1] as tf.Tensor2D, false, true),
          bug(tf.matMul(saved[0] as tf.Tensor2D, dy as tf.Tensor2D, true, false)),
        ],
      };
    });
    return {
      parameters: { kernel: tf.variable(tf.tensor2d(numbers(n * n, 3), [n, n])) },
      forward: ({ input }, { kernel }) => {
        const z = product(tf.mul(input!, 0.3), kernel!);
        return relu ? tf.relu(z) : tf.tanh(z);
      },
    };
  };
  const given = {
    inputs: tf.tensor2d(numbers(8 * n, 5), [8, n]),
    targets: tf.tensor2d(numbers(8 * n, 7), [8, n]),
  };
  const at = 2 * n + 10;
  const onlyThere = tf.tidy(() => tf.reshape(tf.oneHot(tf.tensor1d([at], 'int32'), n * n), [n, n]));
  const wrongAt = async (bug: (gradient: tf.Tensor) => tf.Tensor, relu = false) => {
    const { verdict, parameters } = await gradientCheck(wide(bug, relu), squares, given, { samples: 4 });
    const wrong = parameters[0]!.entries.filter((entry) => entry.verdict === 'wrong');
    return { verdict, wrong: wrong.map(({ index }) => index) };
  };

  test('finds the one that is NaN', async () => {
    const found = await wrongAt((g) => tf.where(tf.cast(onlyThere, 'bool'), tf.fill(g.shape, NaN), g));
    expect(found).toEqual({ verdict: 'wrong', wrong: [[2, 10]] });
  });

  test.each([
    ['missing', 0],
    ['doubled', 2],
    ['of the other sign', -1],
  ])('finds the one that is %s, behind a tanh and behind a ReLU', async (_, factor) => {
    for (const relu of [false, true]) {
      const bug = (g: tf.Tensor) => tf.mul(g, tf.add(1, tf.mul(tf.cast(onlyThere, 'float32'), factor - 1)));
      expect(await wrongAt(bug, relu)).toEqual({ verdict: 'wrong', wrong: [[2, 10]] });
    }
  });

  test('finds none where none is', async () => {
    for (const relu of [false, true])
      expect(await wrongAt((g) => tf.clone(g), relu)).toEqual({ verdict: 'right', wrong: [] });
  });

  test('says how large an error of one entry shows, and finds each that is larger, behind a ReLU, too', async () => {
    for (const relu of [false, true]) {
      const model = (bug: (g: tf.Tensor) => tf.Tensor) =>
        gradientCheck(wide(bug, relu), squares, given, { samples: 10 });
      const { sentence, parameters } = await model((g) => tf.clone(g));
      const { resolution, gradientSize } = parameters[0]!;
      expect(resolution! / gradientSize).toBeLessThan(0.5);
      expect(sentence).toContain(`An error of one entry alone shows from ${resolution!.toExponential(1)} on`);
      for (const [place, sign] of [
        [at, 1],
        [0, -1],
        [n * n - 1, 1],
        [7 * n + 3, -1],
      ] as const) {
        const there = tf.reshape(tf.oneHot(tf.tensor1d([place], 'int32'), n * n), [n, n]);
        const { parameters: found } = await model((g) => tf.add(g, tf.mul(there, 1.1 * sign * resolution!)));
        const wrong = found[0]!.entries.filter(({ verdict }) => verdict === 'wrong');
        expect(wrong.map(({ index }) => index)).toEqual([[Math.floor(place / n), place % n]]);
      }
    }
  });
});

test('judges a gradient that small steps drown in the rounding of a large loss', async () => {
  const model = (factor: number): FunctionalModel => ({
    parameters: { w: tf.variable(tf.tensor1d([0.5, -0.2])) },
    forward: ({ input }, { w }) =>
      tf.mul(
        input!,
        tf.customGrad((x) => ({
          value: tf.clone(x as tf.Tensor),
          gradFunc: (dy: tf.Tensor) => tf.mul(dy, factor),
        }))(w!),
      ),
  });
  const given = { inputs: tf.ones([4, 2]), targets: tf.fill([4, 2], 3e4) };
  for (const [factor, verdict] of [
    [1, 'right'],
    [2, 'wrong'],
  ] as const)
    expect((await gradientCheck(model(factor), squares, given)).verdict).toBe(verdict);
});

test('knows the corner of a loss that chooses by comparison', async () => {
  const tilted = tf.customGrad((x, save) => {
    const [rest, keep] = [x as tf.Tensor, save as unknown as (tensors: tf.Tensor[]) => void];
    const slope = tf.where(tf.greater(rest, 0), tf.fill(rest.shape, 0.9), tf.fill(rest.shape, -0.1));
    keep([slope]);
    return {
      value: tf.mul(rest, slope),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, saved!),
    };
  });
  const pinball: Loss = {
    name: 'pinball',
    perExample: (outputs, targets) => tf.mean(tilted(tf.sub(targets, outputs)), 1),
  };
  const model: FunctionalModel = {
    parameters: { w: tf.variable(tf.tensor1d([1, 2])) },
    forward: ({ input }, { w }) => tf.mul(input!, w!),
  };
  const given = { inputs: tf.ones([1, 2]), targets: tf.tensor2d([[1, 5]]) };
  const { verdict, parameters } = await gradientCheck(model, pinball, given);
  expect([verdict, parameters[0]!.counts]).toEqual(['right', { right: 1, wrong: 0, kink: 1, small: 0 }]);
});
