import type { HostArray } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import * as tf from '@tensorflow/tfjs-core';
import type { AnyArray } from '../given-arrays.js';
import { failData } from '../given-arrays.js';

/** What a model said of some examples, and what is right, in plain memory. */
export interface ClassAnswers {
  readonly examples: number;
  /** At least 2; one column of yes or no has become two. */
  readonly classes: number;
  /** `[N, classes]` in float64. */
  readonly scores: Float64Array;
  readonly labels: readonly number[];
}

/** An array in plain memory. */
export async function hostArray(array: AnyArray): Promise<HostArray> {
  if (!(array instanceof tf.Tensor)) return array;
  return { data: (await array.data()) as Float32Array, shape: array.shape, dtype: array.dtype as 'float32' };
}

/**
 * Outputs `[N, C]`, or `[N, 1]` of yes or no, with targets `[N]`, `[N, 1]` or one-hot `[N, C]`.
 *
 * @param other The score of "no" where the score of "yes" is given: 0 of logits, 1 - p of probabilities.
 * @throws EspalierError `invalid-data` for shapes that do not fit, labels without a column, numbers that are not finite.
 */
export async function classAnswers(
  scope: string,
  outputs: AnyArray,
  targets: AnyArray,
  other: (yes: number) => number,
): Promise<ClassAnswers> {
  const [given, wanted] = [await hostArray(outputs), await hostArray(targets)];
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
          i % 2 === 1 ? numbers[i >> 1]! : other(numbers[i >> 1]!),
        )
      : Float64Array.from(numbers);
  const classes = Math.max(2, columns);
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
    let best = 0;
    for (let c = 1; c < width; c++) if (values[n * width + c]! > values[n * width + best]!) best = c;
    return best;
  });
}
