import type { HostArray } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import { failData, hostArray } from '../given-arrays.js';

/** What a model said of some examples, and what is right, in plain memory. */
export interface ClassAnswers {
  readonly examples: number;
  /** At least 2; one column of yes or no has become two. */
  readonly classes: number;
  /** `[N, classes]` in float64. */
  readonly scores: Float64Array;
  readonly labels: readonly number[];
}

/**
 * Outputs `[N, C]`, or `[N, 1]` of yes or no, with targets `[N]`, `[N, 1]` or one-hot `[N, C]`.
 *
 * @throws EspalierError `invalid-option` for what is no array; `invalid-data` for shapes that do not fit, labels without a column, rows
 *   that are not one-hot, numbers that are not finite, and probabilities that are none.
 */
export async function classAnswers(
  scope: string,
  outputs: AnyArray,
  targets: AnyArray,
  kind: 'logits' | 'probabilities',
): Promise<ClassAnswers> {
  const given = await hostArray(scope, 'outputs', outputs);
  const wanted = await hostArray(scope, 'targets', targets);
  const [examples = 0, columns = 1] = given.shape;
  if (given.shape.length > 2 || examples === 0 || columns === 0)
    failData(scope, `outputs must be [N, C] of at least one example, got [${given.shape}].`);
  const numbers = toTensorData(given);
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    failData(scope, `outputs of example ${Math.floor(bad / columns)} are not finite: ${numbers[bad]}.`);
  const scores =
    columns === 1
      ? Float64Array.from({ length: 2 * examples }, (_, i) =>
          // Of "no" the logit is 0, the probability what is left of 1.
          i % 2 === 1 ? numbers[i >> 1]! : kind === 'logits' ? 0 : 1 - numbers[i >> 1]!,
        )
      : Float64Array.from(numbers);
  const classes = Math.max(2, columns);
  if (kind === 'probabilities') checkProbabilities(scope, scores, classes);
  return { examples, classes, scores, labels: labelsOf(scope, wanted, examples, classes) };
}

function labelsOf(scope: string, targets: HostArray, examples: number, classes: number): number[] {
  const [rows = 0, width = 1] = targets.shape;
  const fits = rows === examples && targets.shape.length <= 2 && (width === 1 || width === classes);
  if (!fits)
    failData(
      scope,
      `targets must be [${examples}], labels, or [${examples}, ${classes}], one-hot; got [${targets.shape}].`,
    );
  const values = toTensorData(targets);
  return Array.from({ length: examples }, (_, n) => {
    if (width === 1) {
      const label = values[n]!;
      if (!Number.isInteger(label) || label < 0 || label >= classes)
        failData(scope, `the target of example ${n} is ${label}; classes are 0 to ${classes - 1}.`);
      return label;
    }
    const row = values.subarray(n * width, (n + 1) * width);
    const label = row.indexOf(1);
    if (label < 0 || row.some((value, c) => value !== (c === label ? 1 : 0)))
      failData(
        scope,
        `the target of example ${n} is [${row.join(', ')}]; one-hot rows have one 1 and else 0.`,
      );
    return label;
  });
}

/** How far the sum of a row of class probabilities may be from 1. */
const TOLERANCE = 1e-3;

function checkProbabilities(scope: string, scores: Float64Array, classes: number): void {
  for (let n = 0; n < scores.length / classes; n++) {
    const row = scores.subarray(n * classes, (n + 1) * classes);
    const sum = row.reduce((total, p) => total + p, 0);
    if (row.every((p) => p >= -1e-6 && p <= 1 + 1e-6) && Math.abs(sum - 1) <= TOLERANCE) continue;
    failData(
      scope,
      `outputs of example ${n} are [${row.join(', ')}], no probabilities of classes: those are from 0 to 1 and add up to 1. ` +
        `Are they logits?`,
    );
  }
}
