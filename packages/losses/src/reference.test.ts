import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Loss } from '@espalier/core';
import fixtures from '../../../testing/references/losses/losses.json' with { type: 'json' };
import {
  binaryCrossEntropy,
  huber,
  meanAbsoluteError,
  meanSquaredError,
  softmaxCrossEntropy,
} from './index.js';

interface Fixture {
  readonly name: string;
  readonly outputs: { readonly shape: number[]; readonly values: number[] };
  readonly targets: { readonly shape: number[]; readonly values: number[] };
  readonly integer: boolean;
  readonly upstream: number[];
  readonly values: number[];
  readonly gradient: { readonly values: number[] };
}

const losses: Record<keyof typeof fixtures, Loss> = {
  softmaxCrossEntropy: softmaxCrossEntropy(),
  meanSquaredError: meanSquaredError(),
  meanAbsoluteError: meanAbsoluteError(),
  huber: huber({ delta: 1.5 }),
  binaryCrossEntropy: binaryCrossEntropy(),
  softmaxCrossEntropyOfProbabilities: softmaxCrossEntropy({ from: 'probabilities' }),
  binaryCrossEntropyOfProbabilities: binaryCrossEntropy({ from: 'probabilities' }),
};

/** Within a few float32 roundings of the larger of 1 and the value. */
function expectClose(got: ArrayLike<number>, want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) =>
    expect(Math.abs(got[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value))),
  );
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
  });

  describe.each(Object.entries(losses))('%s gives the values and gradients of PyTorch', (name, loss) => {
    it.each(fixtures[name as keyof typeof fixtures] as Fixture[])('$name', (fixture) => {
      tf.tidy(() => {
        const outputs = tf.tensor(fixture.outputs.values, fixture.outputs.shape);
        const targets = tf.tensor(
          fixture.targets.values,
          fixture.targets.shape,
          fixture.integer ? 'int32' : 'float32',
        );
        const perExample = loss.perExample(outputs, targets);
        expect(perExample.shape).toEqual([fixture.outputs.shape[0]]);
        expectClose(perExample.dataSync(), fixture.values);

        const gradient = tf.grad((x) => loss.perExample(x, targets))(outputs, tf.tensor1d(fixture.upstream));
        expect(gradient.shape).toEqual(fixture.outputs.shape);
        expectClose(gradient.dataSync(), fixture.gradient.values);
      });
    });

    it('keeps no tensor beyond its result', () => {
      const { outputs, targets, integer } = fixtures[name as keyof typeof fixtures][0] as Fixture;
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const t = tf.tensor(targets.values, targets.shape, integer ? 'int32' : 'float32');
        tf.grad((x) => loss.perExample(x, t))(
          tf.tensor(outputs.values, outputs.shape),
          tf.ones([outputs.shape[0]!]),
        );
        loss.perExample(tf.tensor(outputs.values, outputs.shape), t);
      });
      expect(tf.memory().numTensors).toBe(before);
    });

    it('gives NaN for NaN', () => {
      tf.tidy(() => {
        expect(loss.perExample(tf.tensor2d([[NaN, 1]]), tf.tensor2d([[0, 1]])).dataSync()[0]).toBeNaN();
      });
    });
  });
});
