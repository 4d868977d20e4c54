import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { stream } from '@espalier/core';
import { withStep } from '@espalier/core/internal';
import { testStep } from '@espalier/testkit';
import { Dropout } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

/** What the layer makes of ones. */
function masks(layer: Dropout, shape: number[], training = true): number[] {
  return tf.tidy(() => [...layer.call(tf.ones(shape), { training }).dataSync()]);
}

function inStep(layer: Dropout, shape: number[], options: Parameters<typeof testStep>[0]): number[] {
  const step = testStep(options);
  try {
    return withStep(step, () => masks(layer, shape, step.training));
  } finally {
    step.dispose();
  }
}

describe('Dropout', () => {
  it('drops the share `rate` and keeps mean 1 and variance rate / (1 - rate)', () => {
    for (const rate of [0.1, 0.25, 0.5, 0.9]) {
      const n = 200_000;
      const values = masks(new Dropout({ rate, name: 'd' }), [n / 100, 100]);
      const kept = 1 / (1 - rate);
      expect(new Set(values)).toEqual(new Set([0, Math.fround(kept)]));
      const mean = values.reduce((sum, value) => sum + value, 0) / n;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
      // Five standard errors.
      expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(rate / (1 - rate) / n));
      expect(variance / (rate / (1 - rate))).toBeCloseTo(1, 1);
    }
  });

  it('takes its mask from the stream of the step', () => {
    const layer = new Dropout({ rate: 0.3, name: 'dropout_1' });
    const wanted = [...stream(7, 'dropout/dropout_1', 12).uniforms(20)].map((u) =>
      u >= Math.fround(0.3) ? Math.fround(1 / 0.7) : 0,
    );
    expect(inStep(layer, [4, 5], { seed: 7, step: 12 })).toEqual(wanted);
    expect(inStep(layer, [4, 5], { seed: 7, step: 12 })).toEqual(wanted);
  });

  it('changes its mask with step, seed and layer name', () => {
    const at = (name: string, seed: number, step: number) =>
      String(inStep(new Dropout({ rate: 0.5, name }), [8, 8], { seed, step }));
    expect(new Set([at('a', 1, 0), at('b', 1, 0), at('a', 2, 0), at('a', 1, 1)]).size).toBe(4);
  });

  it('draws a new mask at each call outside a step, the same ones for the same seed and name', () => {
    const sequence = (seed: number, name: string) => {
      const layer = new Dropout({ rate: 0.5, seed, name });
      return [0, 1, 2].map(() => String(masks(layer, [8, 8])));
    };
    const first = sequence(3, 'a');
    expect(new Set(first).size).toBe(3);
    expect(sequence(3, 'a')).toEqual(first);
    expect(sequence(4, 'a')).not.toEqual(first);
    expect(sequence(3, 'b')).not.toEqual(first);
  });

  it('is the identity in inference, and at rate 0', () => {
    expect(masks(new Dropout({ rate: 0.5 }), [2, 3], false)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(inStep(new Dropout({ rate: 0.5 }), [2, 3], { training: false })).toEqual([1, 1, 1, 1, 1, 1]);
    expect(masks(new Dropout({ rate: 0 }), [2, 3])).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('passes gradients where it passed values', () => {
    tf.tidy(() => {
      const layer = new Dropout({ rate: 0.5, name: 'd' });
      const step = testStep({ seed: 1 });
      withStep(step, () => {
        const values = masks(layer, [4, 4]);
        const gradient = tf.grad((x) => layer.call(x, { training: true }))(
          tf.ones([4, 4]),
          tf.fill([4, 4], 3),
        );
        expect([...gradient.dataSync()]).toEqual(values.map((value) => 3 * value));
      });
      step.dispose();
    });
  });

  it('works in model.fit and predict, and survives JSON', async () => {
    const model = tfl.sequential({
      layers: [
        new Dropout({ rate: 0.4, seed: 9, name: 'drop', inputShape: [3] }),
        tfl.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await model.fit(tf.ones([4, 3]), tf.ones([4, 1]), { epochs: 2, verbose: 0 });
    const copy = await tfl.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    expect(copy.getLayer('drop')).toBeInstanceOf(Dropout);
    expect(copy.getLayer('drop').getConfig()).toMatchObject({ rate: 0.4, seed: 9, name: 'drop' });
    copy.setWeights(model.getWeights());
    const x = tf.ones([2, 3]);
    const outputs = (m: tfl.LayersModel) => [...(m.predict(x) as tf.Tensor).dataSync()];
    expect(outputs(copy)).toEqual(outputs(model));
    expect(x.isDisposed).toBe(false);
  });

  it.each([-0.1, 1, 1.5, NaN, '0.5'])('refuses the rate %s', (rate) => {
    expect(() => new Dropout({ rate: rate as number, name: 'd' })).toThrow(
      expect.objectContaining({ code: 'invalid-option', scope: "dropout 'd'" }),
    );
    expect(() => new Dropout({ rate: 0.1, seed: -1 })).toThrow(/seed must be a whole number/);
  });
});
