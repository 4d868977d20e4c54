import { type HostArray, toTensorData } from '../data/arrays.js';
import { exampleOf, failData, formatShape, shapesMatch } from '../data/shapes.js';

type Shape = readonly (number | null)[];

/** How far the sum of a row of class probabilities may be from 1. */
const TOLERANCE = 1e-3;

/** What a target may be. */
export interface AllowedValues {
  readonly text: string;
  accepts(value: number): boolean;
}

/** Answers to yes-or-no questions, or their probabilities. */
export const ANSWERS: AllowedValues = { text: 'from 0 to 1', accepts: (value) => value >= 0 && value <= 1 };

/** Any number that is finite. */
export const FINITE: AllowedValues = { text: 'a finite number', accepts: Number.isFinite };

/** @throws EspalierError `invalid-data` naming the first target that is not allowed. */
export function checkTargetValues(scope: string, targets: HostArray, allowed: AllowedValues): void {
  const values = toTensorData(targets);
  const bad = values.findIndex((value) => !allowed.accepts(value));
  if (bad < 0) return;
  failData(
    scope,
    `a target of example ${exampleOf(targets, bad)} is ${values[bad]}; it must be ${allowed.text}.`,
  );
}

/**
 * Outputs and targets must have one shape: nothing is broadcast.
 *
 * @param squeeze Whether targets `[N]` go with outputs `[N, 1]`, and the other way round.
 * @throws EspalierError `invalid-data`.
 */
export function checkSameShape(scope: string, outputs: Shape, targets: Shape, squeeze = false): void {
  const trim = (shape: Shape) =>
    squeeze && shape.length === 2 && shape[1] === 1 ? shape.slice(0, 1) : shape;
  if (shapesMatch(trim(outputs), trim(targets))) return;
  failData(
    scope,
    `outputs and targets must have the same shape (nothing is broadcast), got ${formatShape(outputs)} ` +
      `and ${formatShape(targets)}; reshape the targets.`,
  );
}

/**
 * Checks class labels in plain memory: integers 0 .. C - 1, or rows of probabilities.
 *
 * @param outputShape `[N, ..., C]`: labels are `[N, ...]` int32 or `[N, ..., C]`.
 * @param ignoreIndex A label that is left out, so that it need not be a class.
 * @throws EspalierError `invalid-data`.
 */
export function checkClassTargets(
  scope: string,
  labels: 'auto' | 'integer' | 'one-hot',
  targets: HostArray,
  outputShape: Shape,
  ignoreIndex?: number,
): void {
  const { shape, dtype } = targets;
  const known = outputShape.length > 1;
  const classes = known ? (outputShape.at(-1) ?? undefined) : undefined;
  const inner = known ? outputShape.slice(1, -1) : undefined;
  const numbers = inner
    ? shapesMatch(inner, shape.slice(1))
    : shape.length === 1 || (dtype === 'int32' && labels === 'integer');
  if (numbers && labels !== 'one-hot') return checkIntegers(scope, targets, classes, ignoreIndex);
  const rows = inner ? shapesMatch([...inner, classes ?? null], shape.slice(1)) : shape.length > 1;
  if (rows && labels !== 'integer') return checkRows(scope, targets);
  const positions = ['N', ...(inner ?? []).map((size) => size ?? 'N')].join(', ');
  const wanted = {
    auto: `[${positions}] int32 or [${positions}, ${classes ?? 'C'}]`,
    integer: `[${positions}] int32`,
    'one-hot': `[${positions}, ${classes ?? 'C'}]`,
  }[labels];
  failData(
    scope,
    `labels must be ${wanted}, got ${formatShape([null, ...shape.slice(1)])} ${dtype}; ` +
      (dtype === 'float32' && shape.length === 2 && shape[1] === 1
        ? 'a flat list is taken for numbers: of class numbers make Int32Array.from(labels), or give fromArrays their classNames.'
        : `give class numbers as [${positions}], or one-hot rows as wide as the model has outputs.`),
  );
}

function checkIntegers(
  scope: string,
  targets: HostArray,
  classes: number | undefined,
  ignoreIndex: number | undefined,
): void {
  const values = toTensorData(targets);
  const whole = classes === undefined ? 'a whole number >= 0' : `a whole number from 0 to ${classes - 1}`;
  const allowed = ignoreIndex === undefined ? whole : `${whole}, or ${ignoreIndex}`;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === ignoreIndex) continue;
    if (!Number.isInteger(value) || value < 0 || value >= (classes ?? Infinity)) {
      failData(scope, `the label of example ${exampleOf(targets, i)} is ${value}; it must be ${allowed}.`);
    }
  }
  if (targets.dtype !== 'int32') {
    failData(scope, `class numbers must be int32, got ${targets.dtype}; give them as an Int32Array.`);
  }
}

function checkRows(scope: string, targets: HostArray): void {
  const values = toTensorData(targets);
  const width = targets.shape.at(-1)!;
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let i = start; i < start + width; i++) {
      const value = values[i]!;
      if (!(value >= 0 && value <= 1 + TOLERANCE)) {
        failData(
          scope,
          `class ${i - start} of the label of example ${exampleOf(targets, i)} is ${value}; ` +
            'it must be a probability from 0 to 1.',
        );
      }
      sum += value;
    }
    if (Math.abs(sum - 1) > TOLERANCE) {
      const example = exampleOf(targets, start);
      failData(
        scope,
        `the label row of example ${example} sums to ${Number(sum.toFixed(6))}; it must sum to 1.`,
      );
    }
  }
}
