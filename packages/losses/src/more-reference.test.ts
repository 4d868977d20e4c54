import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Loss } from '@espalier/core';
import fixtures from '../../../testing/references/losses/more_losses.json' with { type: 'json' };
import * as all from './index.js';

interface Plain {
  readonly shape: number[];
  readonly values: number[];
}

interface Fixture {
  readonly name: string;
  readonly outputs: Plain;
  readonly targets: Plain;
  readonly integer: boolean;
  readonly upstream: number[];
  readonly values: number[];
  readonly gradient: Plain;
}

const classWeights = [0.5, 2, 1.5];

const losses: Record<keyof typeof fixtures.losses, Loss> = {
  meanAbsolutePercentageError: all.meanAbsolutePercentageError(),
  meanSquaredLogarithmicError: all.meanSquaredLogarithmicError(),
  logCosh: all.logCosh(),
  smoothL1: all.smoothL1({ beta: 0.7 }),
  poisson: all.poisson(),
  poissonFull: all.poisson({ full: true }),
  poissonOfRates: all.poisson({ from: 'rate' }),
  tweedie: all.tweedie({ power: 1.3 }),
  hinge: all.hinge(),
  squaredHinge: all.squaredHinge(),
  binaryCrossEntropyWeighted: all.binaryCrossEntropy({ posWeight: [3, 0.5, 1] }),
  binaryCrossEntropyWeightedOfProbabilities: all.binaryCrossEntropy({ from: 'probabilities', posWeight: 3 }),
  binaryCrossEntropySmoothed: all.binaryCrossEntropy({ labelSmoothing: 0.2 }),
  binaryFocalCrossEntropy: all.binaryFocalCrossEntropy(),
  binaryFocalCrossEntropyWeighted: all.binaryFocalCrossEntropy({ alpha: 0.3, gamma: 1.5 }),
  categoricalFocalCrossEntropy: all.categoricalFocalCrossEntropy(),
  generalizedCrossEntropy: all.generalizedCrossEntropy({ q: 0.5 }),
  negativeLogLikelihood: all.negativeLogLikelihood(),
  softmaxCrossEntropySmoothed: all.softmaxCrossEntropy({ labelSmoothing: 0.1 }),
  softmaxCrossEntropyPlaces: all.softmaxCrossEntropy({
    labelSmoothing: 0.2,
    classWeights,
    ignoreIndex: -100,
  }),
  softmaxCrossEntropyTemperature: all.softmaxCrossEntropy({ temperature: 2 }),
  categoricalHinge: all.categoricalHinge(),
  multiMargin: all.multiMargin({ margin: 0.8 }),
  multiMarginSquared: all.multiMargin({ p: 2, classWeights }),
  multiLabelMargin: all.multiLabelMargin(),
  klDivergence: all.klDivergence(),
  klDivergenceOfProbabilities: all.klDivergence({ from: 'probabilities' }),
  klDivergenceOfLogProbabilities: all.klDivergence({ from: 'log-probabilities' }),
  cosineSimilarity: all.cosineSimilarity(),
  quantile: all.quantile({ quantiles: [0.1, 0.5, 0.9] }),
  gaussianNegativeLogLikelihood: all.gaussianNegativeLogLikelihood(),
  gaussianNegativeLogLikelihoodFull: all.gaussianNegativeLogLikelihood({ full: true }),
  dice: all.dice(),
  diceSoftmaxPerClass: all.dice({ activation: 'softmax', perClass: true }),
  tversky: all.tversky({ alpha: 0.3, beta: 0.8 }),
  cosineEmbedding: all.cosineEmbedding({ margin: 0.2 }),
  contrastive: all.contrastive({ margin: 2 }),
  tripletMargin: all.tripletMargin(),
  marginRanking: all.marginRanking({ margin: 0.5 }),
  ntXent: all.ntXent({ temperature: 0.2 }),
  circle: all.circle({ gamma: 4, margin: 0.3 }),
};

const tensor = ({ shape, values }: Plain, dtype: 'float32' | 'int32' = 'float32'): tf.Tensor =>
  tf.tensor(values, shape, dtype);

/** Within a few float32 roundings of the larger of 1 and the value: the references are in float64. */
function expectClose(got: ArrayLike<number>, want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) =>
    expect(Math.abs(got[i]! - value), `${got[i]} for ${value}`).toBeLessThanOrEqual(
      3e-6 * Math.max(1, Math.abs(value)),
    ),
  );
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
  });

  describe.each(Object.entries(losses))('%s gives the values and gradients of the original', (name, loss) => {
    it.each(fixtures.losses[name as keyof typeof losses] as Fixture[])('$name', (fixture) => {
      tf.tidy(() => {
        const outputs = tensor(fixture.outputs);
        const targets = tensor(fixture.targets, fixture.integer ? 'int32' : 'float32');
        expectClose(loss.perExample(outputs, targets).dataSync(), fixture.values);
        const gradient = tf.grad((x) => loss.perExample(x, targets))(outputs, tf.tensor1d(fixture.upstream));
        expect(gradient.shape).toEqual(fixture.outputs.shape);
        expectClose(gradient.dataSync(), fixture.gradient.values);
      });
    });
  });
});

describe('what counts in the mean', () => {
  const { outputs, targets } = fixtures.losses.softmaxCrossEntropyPlaces[0] as Fixture;
  const meanOf = (loss: Loss, given = tensor(targets, 'int32')): number =>
    tf.tidy(() => {
      const sum = (values: tf.Tensor): number => tf.sum(values).dataSync()[0]!;
      const counts = loss.counts!(tensor(outputs), given);
      return sum(loss.perExample(tensor(outputs), given)) / sum(counts);
    });

  it('is what PyTorch divides by', () => {
    expect(meanOf(losses.softmaxCrossEntropyPlaces)).toBeCloseTo(fixtures.means.softmaxCrossEntropyPlaces, 6);
  });

  it('ignored labels have no loss, no gradient, and do not count', () => {
    const ignored = tf.fill([2, 4], -100, 'int32');
    for (const loss of [
      all.softmaxCrossEntropy({ ignoreIndex: -100 }),
      all.negativeLogLikelihood({ ignoreIndex: -100 }),
      all.categoricalFocalCrossEntropy({ ignoreIndex: -100 }),
      all.generalizedCrossEntropy({ ignoreIndex: -100 }),
      all.categoricalHinge({ ignoreIndex: -100 }),
      all.multiMargin({ ignoreIndex: -100 }),
    ]) {
      expect([...loss.perExample(tensor(outputs), ignored).dataSync()].map(Math.abs), loss.name).toEqual([
        0, 0,
      ]);
      expect([...loss.counts!(tensor(outputs), ignored).dataSync()], loss.name).toEqual([0, 0]);
      const gradient = tf.grad((x) => loss.perExample(x, ignored))(tensor(outputs));
      expect(Math.max(...tf.abs(gradient).dataSync()), loss.name).toBe(0);
      // Three of the eight labels are -100: five count.
      const counts = loss.counts!(tensor(outputs), tensor(targets, 'int32')).dataSync();
      expect([...counts], loss.name).toEqual([3 / 4, 2 / 4]);
    }
  });

  it('one-hot rows count as the labels do', () => {
    const loss = all.softmaxCrossEntropy({ classWeights });
    const labels = [2, 0, 1, 1, 2, 2, 0, 0];
    const numbers = tf.tensor(labels, [2, 4], 'int32');
    const rows = tf.reshape(tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 3), 'float32'), [2, 4, 3]);
    expect(meanOf(loss, rows)).toBeCloseTo(meanOf(loss, numbers), 6);
    const weight = labels.reduce((sum, label) => sum + classWeights[label]!, 0) / 4;
    expect(tf.sum(loss.counts!(tensor(outputs), numbers)).dataSync()[0]).toBeCloseTo(weight, 6);
  });

  it('a loss without weights leaves it out, so that nothing is computed', () => {
    expect(all.softmaxCrossEntropy({ labelSmoothing: 0.1 }).counts).toBeUndefined();
    expect(all.multiMargin().counts).toBeUndefined();
  });
});

describe('refusals', () => {
  const check = (loss: Loss, data: number[], shape: number[], output: (number | null)[]) =>
    loss.checkTargets!({ data: Float32Array.from(data), shape, dtype: 'float32' }, output);

  it('names counts, answers and labels that cannot be', () => {
    expect(() => check(all.poisson(), [1, -1], [2, 1], [null, 1])).toThrow(
      'example 1 is -1; it must be a finite number >= 0',
    );
    expect(() => check(all.hinge(), [1, -1], [2, 1], [null, 1])).toThrow(
      'example 1 is -1; it must be 0 or 1',
    );
    expect(() =>
      all.softmaxCrossEntropy({ ignoreIndex: -1 }).checkTargets!(
        { data: Int32Array.of(0, -1, -2), shape: [3], dtype: 'int32' },
        [null, 3],
      ),
    ).toThrow('the label of example 2 is -2; it must be a whole number from 0 to 2, or -1');
  });

  it('names class weights that do not fit', () => {
    const loss = all.softmaxCrossEntropy({ classWeights: [1, 2] });
    expect(() => loss.perExample(tf.zeros([2, 3]), tf.zeros([2], 'int32'))).toThrow(
      'there are 2 classWeights for outputs of 3 classes; give one for each',
    );
    expect(() =>
      loss.checkTargets!({ data: Int32Array.of(0), shape: [1], dtype: 'int32' }, [null, 3]),
    ).toThrow('2 classWeights');
    expect(() =>
      all.binaryCrossEntropy({ posWeight: [1, 2] }).perExample(tf.zeros([2, 3]), tf.zeros([2, 3])),
    ).toThrow('posWeight has 2 entries for 3 outputs');
    expect(() => all.softmaxCrossEntropy({ from: 'probabilities', temperature: 2 })).toThrow(
      'temperature must be left out',
    );
  });

  it('names shapes that do not fit', () => {
    const one = tf.zeros([2]);
    expect(() => all.quantile({ quantiles: [0.1, 0.9] }).perExample(tf.zeros([2, 3]), one)).toThrow(
      'outputs must be [N, ..., 2], one for each quantile',
    );
    expect(() => all.gaussianNegativeLogLikelihood().perExample(tf.zeros([2, 2]), tf.zeros([3]))).toThrow(
      'got [2, 2] and [3]',
    );
    expect(() => all.contrastive().perExample(tf.zeros([2, 6]), one)).toThrow('outputs must be [N, 2, D]');
    expect(() => all.tripletMargin().perExample(tf.zeros([2, 2, 6]), one)).toThrow(
      'outputs must be [N, 3, D]',
    );
    expect(() => all.marginRanking().perExample(tf.zeros([2, 3]), one)).toThrow('outputs must be [N, 2]');
    expect(() => all.dice().perExample(tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow('same shape');
    expect(() => all.multiLabelMargin().perExample(tf.zeros([2, 3]), tf.zeros([2]))).toThrow('same shape');
  });
});

describe('extremes', () => {
  it('a mask of -Infinity takes a class out of every loss of softmax', () => {
    const logits = tf.tensor2d([[1, -Infinity, 0]]);
    const label = tf.tensor1d([0], 'int32');
    const p = 1 / (1 + Math.exp(-1));
    for (const [loss, value] of [
      [all.softmaxCrossEntropy(), -Math.log(p)],
      [all.categoricalFocalCrossEntropy({ alpha: 1 }), -((1 - p) ** 2) * Math.log(p)],
      [all.generalizedCrossEntropy({ q: 1 }), 1 - p],
    ] as const) {
      expect(loss.perExample(logits, label).dataSync()[0], loss.name).toBeCloseTo(value, 6);
    }
  });

  it('equal vectors have distance 0 and gradient 0, tiny and huge ones their own', () => {
    const equal = tf.ones([1, 2, 3]);
    const apart = tf.tensor1d([0]);
    expect(all.contrastive().perExample(equal, apart).dataSync()[0]).toBe(1);
    expect(
      [
        ...tf
          .grad((x) => all.contrastive().perExample(x, apart))(equal)
          .dataSync(),
      ].map(Math.abs),
    ).toEqual(new Array(6).fill(0));
    for (const size of [1e-30, 1e30]) {
      const [a, b] = [tf.tensor2d([[3 * size, 4 * size]]), tf.tensor2d([[3, 4]])];
      const cosine = all.cosineSimilarity().perExample(a, b).dataSync()[0]!;
      // Below the bound of Keras the vector is short instead of a unit.
      expect(cosine).toBeCloseTo(size > 1 ? -1 : 0, 5);
    }
  });

  it('a second derivative goes through all of the written-out gradient', () => {
    const loss = all.klDivergence();
    const target = tf.tensor2d([[0.2, 0.8]]);
    const first = (z: tf.Tensor): tf.Tensor => tf.grad((x) => loss.perExample(x, target))(z);
    const second = tf.grad((z) => tf.sum(tf.square(first(z))))(tf.tensor2d([[0.3, -0.1]]));
    // d/dz (2 (p - t)^2), p = sigmoid(z0 - z1): 4 (p - t) p (1 - p), and its opposite.
    const p = 1 / (1 + Math.exp(-0.4));
    const slope = 4 * (p - 0.2) * p * (1 - p);
    expect(second.dataSync()[0]).toBeCloseTo(slope, 5);
    expect(second.dataSync()[1]).toBeCloseTo(-slope, 5);
  });
});
