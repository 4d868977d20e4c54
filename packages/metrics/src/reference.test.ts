import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Metric } from '@espalier/core';
import fixtures from '../../../testing/references/metrics/metrics.json' with { type: 'json' };
import { accuracy, confusionMatrix, mae, mse, perClassAccuracy, r2, topKAccuracy } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

interface Plain {
  readonly shape: number[];
  readonly values: number[];
}

/** The metric over a data set that comes in batches of these sizes, added up in float64 as a trainer does. */
function over<Value>(
  metric: Metric<string, Value>,
  data: { outputs: Plain; targets: Plain; integer?: boolean; weights?: Plain },
  sizes: readonly number[] = fixtures.batches,
): Value {
  const totals: Record<string, Float64Array> = {};
  let start = 0;
  for (const size of sizes) {
    const part = ({ shape, values }: Plain, dtype: 'float32' | 'int32' = 'float32'): tf.Tensor => {
      const width = values.length / shape[0]!;
      return tf.tensor(values.slice(start * width, (start + size) * width), [size, ...shape.slice(1)], dtype);
    };
    tf.tidy(() => {
      const sums = metric.sums({
        outputs: part(data.outputs),
        targets: part(data.targets, data.integer ? 'int32' : 'float32'),
        ...(data.weights ? { weights: part(data.weights) } : {}),
      });
      for (const [name, sum] of Object.entries(sums)) {
        const values = sum.dataSync();
        const total = (totals[name] ??= new Float64Array(values.length));
        values.forEach((value, i) => (total[i]! += value));
      }
    });
    start += size;
  }
  return metric.result(totals);
}

const { logits, labels, weights, classes, binary, regression } = fixtures;
const classified = { outputs: logits, targets: labels, integer: true };
const oneHot: Plain = {
  shape: logits.shape,
  values: labels.values.flatMap((label) => Array.from({ length: classes }, (_, i) => Number(i === label))),
};

describe('accuracy', () => {
  it('is that of torchmetrics and scikit-learn, whatever the batches; ties go to the first class', () => {
    expect(over(accuracy(), classified)).toBeCloseTo(fixtures.accuracy, 6);
    expect(over(accuracy(), classified, [23])).toBe(over(accuracy(), classified, [22, 1]));
    expect(over(accuracy(), { ...classified, targets: oneHot, integer: false })).toBeCloseTo(
      fixtures.accuracy,
      6,
    );
  });

  it('weighs examples', () => {
    expect(over(accuracy(), { ...classified, weights })).toBeCloseTo(fixtures.weightedAccuracy, 6);
    const zero = { shape: weights.shape, values: weights.values.map(() => 0) };
    expect(over(accuracy(), { ...classified, weights: zero })).toBe(0);
  });

  it('takes binary logits [N] and [N, 1], and labels of either shape and dtype', () => {
    const column = (plain: Plain) => ({ ...plain, shape: [plain.shape[0]!, 1] });
    for (const outputs of [binary.logits, column(binary.logits)]) {
      for (const targets of [binary.labels, column(binary.labels)]) {
        for (const integer of [true, false]) {
          expect(over(accuracy(), { outputs, targets, integer })).toBeCloseTo(binary.accuracy, 6);
        }
      }
    }
  });

  it('takes a data set with one class', () => {
    const same = { shape: labels.shape, values: labels.values.map(() => 2) };
    expect(over(accuracy(), { ...classified, targets: same })).toBeCloseTo(fixtures.oneClass.accuracy, 6);
    expect(over(confusionMatrix({ classes }), { ...classified, targets: same })).toEqual(
      fixtures.oneClass.confusionMatrix,
    );
  });
});

describe('topKAccuracy', () => {
  it('is that of torchmetrics where nothing ties', () => {
    const from = (plain: Plain, width: number) => ({
      shape: [plain.shape[0]! - 3, ...plain.shape.slice(1)],
      values: plain.values.slice(3 * width),
    });
    const data = { outputs: from(logits, classes), targets: from(labels, 1), integer: true };
    for (const [k, value] of Object.entries(fixtures.topK)) {
      expect(over(topKAccuracy({ k: Number(k) }), data, [8, 8, 4])).toBeCloseTo(value, 6);
    }
  });

  it('counts a class that ties with the k-th as a hit, and NaN as a miss', () => {
    const outputs = { shape: [4, 3], values: [1, 1, 1, 3, 2, 2, NaN, 1, 0, 1, NaN, 0] };
    const hits = (k: number, ...targets: number[]) =>
      over(topKAccuracy({ k }), { outputs, targets: { shape: [4], values: targets }, integer: true }, [4]) *
      4;
    expect(hits(1, 2, 1, 1, 0)).toBe(1); // the 3-way tie hits
    expect(hits(2, 2, 2, 1, 0)).toBe(2); // as does the tie for the second place
    expect(hits(3, 2, 2, 1, 0)).toBe(2); // NaN never does
  });

  it('weighs examples', () => {
    const top1 = over(topKAccuracy({ k: 1 }), { ...classified, weights });
    // Rows 1 and 2 tie: row 1's label is the first of the tie anyway, row 2's is not.
    const total = weights.values.reduce((sum, w) => sum + w, 0);
    expect(top1).toBeCloseTo(fixtures.weightedAccuracy + weights.values[2]! / total, 6);
  });

  it('refuses more than there are classes', () => {
    expect(() => over(topKAccuracy({ k: 6 }), classified)).toThrow(/k is 6, but the model has 5 outputs/);
    for (const k of [0, -1, 1.5, NaN]) {
      expect(() => topKAccuracy({ k })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    }
  });
});

describe('confusionMatrix', () => {
  it('is that of torchmetrics and scikit-learn: rows true, columns predicted', () => {
    expect(over(confusionMatrix({ classes }), classified)).toEqual(fixtures.confusionMatrix);
    const weighted = over(confusionMatrix({ classes }), { ...classified, weights });
    weighted
      .flat()
      .forEach((count, i) => expect(count).toBeCloseTo(fixtures.weightedConfusionMatrix.flat()[i]!, 5));
  });

  it('takes binary logits', () => {
    const outputs = { shape: [4, 1], values: [0, 0.1, 2, -0.1] };
    const targets = { shape: [4], values: [0, 0, 1, 1] };
    expect(over(confusionMatrix({ classes: 2 }), { outputs, targets, integer: true }, [3, 1])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('refuses labels that are no class, and outputs of another width', () => {
    const targets = { shape: labels.shape, values: labels.values.map((label, i) => (i === 4 ? 9 : label)) };
    expect(() => over(confusionMatrix({ classes }), { ...classified, targets })).toThrow(
      /only 22 of 23 \(weighted\) examples have labels from 0 to 4/,
    );
    expect(() => over(confusionMatrix({ classes: 4 }), classified)).toThrow(
      /outputs are \[8, 5\], but `classes` is 4/,
    );
    expect(() => confusionMatrix({ classes: 1 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  it('gives per-class accuracy, NaN for absent classes', () => {
    expect(perClassAccuracy([[9, 1], [2, 2]])).toEqual([0.9, 0.5]); // prettier-ignore
    expect(perClassAccuracy(fixtures.confusionMatrix)[4]).toBeNaN();
  });
});

describe('regression metrics are those of scikit-learn', () => {
  it('unweighted', () => {
    expect(over(mse(), regression)).toBeCloseTo(regression.mse, 5);
    expect(over(mae(), regression)).toBeCloseTo(regression.mae, 5);
    expect(over(r2(), regression)).toBeCloseTo(regression.r2, 6);
  });

  it('weighted', () => {
    const data = { ...regression, weights };
    expect(over(mse(), data)).toBeCloseTo(regression.weighted.mse, 5);
    expect(over(mae(), data)).toBeCloseTo(regression.weighted.mae, 5);
    expect(over(r2(), data)).toBeCloseTo(regression.weighted.r2, 6);
  });

  it('r2 of constant targets is 1 or 0, of one example NaN', () => {
    const constant = { shape: [5], values: [0.1, 0.1, 0.1, 0.1, 0.1] };
    expect(over(r2(), { outputs: constant, targets: constant }, [3, 2])).toBe(1);
    for (const value of [0.1, 0.3, 0.7, 1.1, 3.3, 123.4]) {
      const targets = { shape: [50], values: Array.from({ length: 50 }, () => value) };
      const outputs = { shape: [50], values: targets.values.map((_, i) => i) };
      expect(over(r2(), { outputs, targets }, [33, 17])).toBe(0);
    }
    expect(
      over(r2(), { outputs: { shape: [1], values: [1] }, targets: { shape: [1], values: [1] } }, [1]),
    ).toBeNaN();
  });

  it.each([
    ['10000, varying by 3', 10_000, 1, undefined],
    ['-311030, varying by 6', -311_030, 2, undefined],
    ['5000, weighted', 5000, 0.25, (i: number) => 0.1 + (i % 7) / 3],
    ['1e6, weighted by fractions', 1_000_003, 0.5, (i: number) => (i % 3 === 0 ? 0 : 1 / (1 + i))],
    ['0', 0, 1, undefined],
  ])('r2 keeps its digits where targets lie at %s', (_, mean, scale, weightOf) => {
    const examples = 100;
    const pattern = (i: number): number => ((i * 37) % 101) / 101;
    const targets = Array.from({ length: examples }, (_, i) => Math.fround(mean + scale * 3 * pattern(i)));
    const outputs = targets.map((t, i) => Math.fround(t + scale * 0.4 * (pattern(3 * i + 1) - 0.5)));
    const own = targets.map((_, i) => Math.fround(weightOf?.(i) ?? 1));
    // The definition, in float64.
    const total = own.reduce((sum, w) => sum + w, 0);
    const center = targets.reduce((sum, t, i) => sum + own[i]! * t, 0) / total;
    const spread = targets.reduce((sum, t, i) => sum + own[i]! * (t - center) ** 2, 0);
    const residual = targets.reduce((sum, t, i) => sum + own[i]! * (outputs[i]! - t) ** 2, 0);
    const data = {
      outputs: { shape: [examples], values: outputs },
      targets: { shape: [examples], values: targets },
      ...(weightOf && { weights: { shape: [examples], values: own } }),
    };
    for (const sizes of [[100], [64, 36], [33, 33, 33, 1], new Array<number>(100).fill(1)]) {
      expect(over(r2(), data, sizes)).toBeCloseTo(1 - residual / spread, 4);
    }
  });

  it('never broadcast', () => {
    for (const metric of [mse(), mae(), r2()]) {
      expect(() => metric.sums({ outputs: tf.zeros([4, 1]), targets: tf.zeros([4]) })).toThrow(
        /same shape \(nothing is broadcast\), got \[4, 1\] and \[4\]/,
      );
    }
  });
});
