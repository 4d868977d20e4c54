import { failData } from '@espalier/core/internal';
import type { OneVersusRest } from './score-rows.js';

/** Weighted counts of true and false positives, by falling threshold: what lies at or above it is taken for positive. */
export interface CurvePoints {
  readonly thresholds: readonly number[];
  readonly tp: readonly number[];
  readonly fp: readonly number[];
  readonly positives: number;
  readonly negatives: number;
}

/** A point for each score that occurs. */
export function pointsOf({ scores, positive, weights }: OneVersusRest): CurvePoints {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const [thresholds, tp, fp]: [number[], number[], number[]] = [[], [], []];
  let [right, wrong] = [0, 0];
  order.forEach((i, at) => {
    if (positive[i]) right += weights[i]!;
    else wrong += weights[i]!;
    if (at + 1 < order.length && scores[order[at + 1]!] === scores[i]) return;
    thresholds.push(scores[i]!);
    tp.push(right);
    fp.push(wrong);
  });
  return { thresholds, tp, fp, positives: right, negatives: wrong };
}

/** Rates from the point where nothing is taken for positive; NaN where there is nothing to find. */
export function ratesOf({ tp, fp, positives, negatives }: CurvePoints) {
  const rate = (counts: readonly number[], whole: number): number[] =>
    [0, ...counts].map((count) => (whole === 0 ? NaN : count / whole));
  return { truePositive: rate(tp, positives), falsePositive: rate(fp, negatives) };
}

/** Precision and recall at each threshold. */
export function precisionsOf({ tp, fp, positives }: CurvePoints) {
  return {
    precision: tp.map((right, i) => (right + fp[i]! === 0 ? 0 : right / (right + fp[i]!))),
    recall: tp.map((right) => (positives === 0 ? NaN : right / positives)),
  };
}

/** The curve of one class of several; a single output has but one. */
export function curveOfClass(
  scope: string,
  { classes }: { readonly classes: readonly CurvePoints[] },
  positive: number,
): CurvePoints {
  const found = classes.length === 1 ? classes[0] : classes[positive];
  return (
    found ?? failData(scope, `\`positive\` is ${positive}, but the model has ${classes.length} outputs.`)
  );
}
