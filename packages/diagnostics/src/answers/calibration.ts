import { option, readOptions } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import type { ClassAnswers } from './class-answers.js';
import { classAnswers } from './class-answers.js';
import { bestTemperature, logSoftmaxRow } from './temperature.js';

/** Options of {@link calibration}. */
export interface CalibrationOptions {
  /** Bins of equal width over the confidence from 0 to 1. Default 10. */
  readonly bins?: number;
  /** What the outputs are. Default `logits`. */
  readonly outputs?: 'logits' | 'probabilities';
}

/** The answers whose confidence lies in one bin, its lower end included. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability of the class that was answered; null without answers. */
  readonly confidence: number | null;
  /** Share of right answers; null without answers. */
  readonly accuracy: number | null;
}

/** How honest probabilities are. */
export interface Calibration {
  readonly bins: readonly ReliabilityBin[];
  /** Mean over answers of |confidence - accuracy| of their bin: ECE. */
  readonly expectedError: number;
  /** The largest |confidence - accuracy| of a bin: MCE. */
  readonly maximumError: number;
  /** Mean negative log-likelihood of the right class. */
  readonly loss: number;
  /** Mean over examples of the sum of squares of (probability - 1 for the right class, 0 for others). */
  readonly brier: number;
  readonly accuracy: number;
  readonly confidence: number;
  /** The whole in one plain sentence. */
  readonly sentence: string;
}

/** What dividing the logits by a temperature makes better. */
export interface TemperatureScaling {
  /** Divide the logits by this. */
  readonly temperature: number;
  readonly before: Calibration;
  readonly after: Calibration;
}

/**
 * Whether a model's probabilities are as right as they say: reliability bins and calibration errors.
 *
 * @param outputs `[N, C]` of classes, or `[N, 1]` of yes or no.
 * @param targets `[N]` labels, or one-hot `[N, C]`.
 * @param options.bins Default 10.
 * @param options.outputs Default `logits`.
 * @returns A plain record.
 * @throws EspalierError `invalid-option`; `invalid-data` for shapes that do not fit, labels without a column, rows that are not
 *   one-hot, NaN, and probabilities that are none or do not add up to 1.
 * @example
 * ```ts
 * const { expectedError, sentence } = await calibration(logits, tf.tensor1d([0, 2], 'int32'));
 * console.log(expectedError, sentence);
 * ```
 *
 * Guo et al., On calibration of modern neural networks, 2017. As torchmetrics' `MulticlassCalibrationError`.
 */
export async function calibration(
  outputs: AnyArray,
  targets: AnyArray,
  options: CalibrationOptions = {},
): Promise<Calibration> {
  const { bins, outputs: kind } = readOptions('calibration', options, {
    bins: option.integer({ min: 1, default: 10 }),
    outputs: option.oneOf(['logits', 'probabilities'], { default: 'logits' }),
  }).values;
  const answers = await classAnswers('calibration', outputs, targets, kind);
  if (kind === 'logits') return calibrationOf(answers, 1, bins);
  // Logarithms of probabilities are logits of them.
  return calibrationOf({ ...answers, scores: answers.scores.map((p) => Math.log(Math.max(0, p))) }, 1, bins);
}

/**
 * Temperature scaling: the one number by which to divide logits so that the probabilities of held-out data are the most honest. No
 * answer changes. Fit it on validation data, and look at the errors on others.
 *
 * @param logits `[N, C]`, or `[N, 1]` of yes or no.
 * @param targets `[N]` labels, or one-hot `[N, C]`.
 * @param options.bins Default 10.
 * @returns The temperature of the least loss between 0.05 and 20, and the calibration before and after.
 * @throws EspalierError as {@link calibration}.
 * @example
 * ```ts
 * const { temperature, after } = await temperatureScaling(logits, tf.tensor1d([0, 2], 'int32'));
 * console.log(temperature, after.expectedError);
 * ```
 */
export async function temperatureScaling(
  logits: AnyArray,
  targets: AnyArray,
  options: Pick<CalibrationOptions, 'bins'> = {},
): Promise<TemperatureScaling> {
  const { bins } = readOptions('temperature-scaling', options, {
    bins: option.integer({ min: 1, default: 10 }),
  }).values;
  const answers = await classAnswers('temperature-scaling', logits, targets, 'logits');
  const temperature = bestTemperature(answers);
  return {
    temperature,
    before: calibrationOf(answers, 1, bins),
    after: calibrationOf(answers, temperature, bins),
  };
}

function calibrationOf(
  { examples, classes, scores, labels }: ClassAnswers,
  temperature: number,
  bins: number,
): Calibration {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  let [loss, brier, right, confidence] = [0, 0, 0, 0];
  for (let n = 0; n < examples; n++) {
    const row = logSoftmaxRow(scores.subarray(n * classes, (n + 1) * classes), temperature);
    const label = labels[n]!;
    let best = 0;
    for (let c = 1; c < classes; c++) if (row[c]! > row[best]!) best = c;
    const sure = Math.exp(row[best]!);
    const bin = sums[Math.min(bins - 1, Math.floor(sure * bins))]!;
    bin.count++;
    bin.confidence += sure;
    bin.right += best === label ? 1 : 0;
    right += best === label ? 1 : 0;
    confidence += sure;
    loss -= row[label]!;
    row.forEach((logarithm, c) => (brier += (Math.exp(logarithm) - (c === label ? 1 : 0)) ** 2));
  }
  const gaps = sums.map(
    ({ count, confidence: sum, right: hits }) => Math.abs(sum - hits) / Math.max(1, count),
  );
  const expectedError = gaps.reduce((sum, gap, i) => sum + (gap * sums[i]!.count) / examples, 0);
  const [meanRight, meanSure] = [right / examples, confidence / examples];
  return {
    bins: sums.map(({ count, confidence: sum, right: hits }, i) => ({
      from: i / bins,
      to: (i + 1) / bins,
      count,
      confidence: count === 0 ? null : sum / count,
      accuracy: count === 0 ? null : hits / count,
    })),
    expectedError,
    maximumError: gaps.reduce((largest, gap) => Math.max(largest, gap), 0),
    loss: loss / examples,
    brier: brier / examples,
    accuracy: meanRight,
    confidence: meanSure,
    sentence: sentenceOf(expectedError, meanSure, meanRight),
  };
}

function sentenceOf(error: number, sure: number, right: number): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const how =
    error < 0.02
      ? 'The probabilities are honest'
      : Math.abs(sure - right) < error / 2
        ? 'The probabilities are off in both directions'
        : `The model is ${sure > right ? 'too sure' : 'not sure enough'}`;
  return `${how}: ${percent(sure)} sure on average, ${percent(right)} right, expected calibration error ${percent(error)}.`;
}
