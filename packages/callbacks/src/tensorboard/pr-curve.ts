import { EspalierError } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { type Summary, tensorSummary } from './events.js';
import { ProtoWriter } from './proto-writer.js';

/** What is right of some examples, and how sure a model was. */
export interface ScoredAnswers {
  /** `[N]`, whether each example is of the class: truth values, or 0 and 1. */
  readonly labels: ArrayLike<number> | readonly boolean[];
  /** `[N]`, how sure the model was that it is, 0 to 1. */
  readonly predictions: ArrayLike<number>;
  /** `[N]`, how much each example counts, >= 0. Default 1. */
  readonly weights?: ArrayLike<number>;
}

/** Thresholds of a curve: 0, 1/200, ..., 1. */
const THRESHOLDS = 201;

/**
 * True and false positives and negatives, precision and recall at each of 201 thresholds, as TensorBoard's `pr_curves` plugin has them: an
 * example is positive at the thresholds up to its prediction.
 *
 * @throws EspalierError `invalid-data` for lengths that differ, labels other than yes and no, predictions outside of 0 to 1.
 */
export function prCurve(scope: string, tag: string, answers: ScoredAnswers): Summary {
  const { labels, predictions, weights } = checked(scope, tag, answers);
  const [positives, negatives] = [new Float64Array(THRESHOLDS), new Float64Array(THRESHOLDS)];
  for (let i = 0; i < labels.length; i++) {
    const bucket = Math.floor(predictions[i]! * (THRESHOLDS - 1));
    (labels[i] ? positives : negatives)[bucket]! += weights?.[i] ?? 1;
  }
  for (let t = THRESHOLDS - 2; t >= 0; t--) {
    positives[t]! += positives[t + 1]!;
    negatives[t]! += negatives[t + 1]!;
  }
  const share = (part: number, whole: number): number => part / Math.max(1e-7, whole);
  const rows = [
    positives,
    negatives,
    negatives.map((count) => negatives[0]! - count),
    positives.map((count) => positives[0]! - count),
    positives.map((count, t) => share(count, count + negatives[t]!)),
    positives.map((count) => share(count, positives[0]!)),
  ];
  const content = new ProtoWriter().int(2, THRESHOLDS).finish();
  return tensorSummary(tag, { name: 'pr_curves', content, displayName: tag }, (tensor) =>
    tensor
      .message(2, (shape) => {
        for (const size of [rows.length, THRESHOLDS]) shape.message(2, (dim) => dim.int(1, size));
      })
      .packedFloats(
        5,
        rows.flatMap((row) => [...row]),
      ),
  );
}

function checked(scope: string, tag: string, answers: ScoredAnswers): ScoredAnswers {
  const refuse = (what: string): never => {
    throw new EspalierError({ code: 'invalid-data', scope, message: `the curve '${tag}' needs ${what}` });
  };
  const { labels, predictions, weights } = answers ?? {};
  const lengths = [labels, predictions, weights ?? labels].map((array) => array?.length);
  if (lengths.some((length) => !(length > 0) || length !== lengths[0]))
    refuse(`labels and predictions of the same examples, got ${describe(lengths)}.`);
  for (let i = 0; i < labels.length; i++) {
    const [label, prediction, weight] = [Number(labels[i]), predictions[i]!, weights?.[i] ?? 1];
    if (label !== 0 && label !== 1)
      refuse(`labels that are truth values, 0 or 1; that of example ${i} is ${labels[i]}.`);
    if (!(prediction >= 0 && prediction <= 1))
      refuse(`probabilities as predictions, 0 to 1; that of example ${i} is ${prediction}.`);
    if (!(weight >= 0 && weight < Infinity)) refuse(`weights >= 0; that of example ${i} is ${weight}.`);
  }
  return answers;
}
