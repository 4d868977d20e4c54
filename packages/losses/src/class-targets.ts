import type { HostArray } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { exampleOf, failData, formatShape } from './shapes.js';

/** How far the sum of a row of class probabilities may be from 1. */
const TOLERANCE = 1e-3;

/** Checks class labels in plain memory: integers 0 .. C - 1, or rows of probabilities. */
export function checkClassTargets(
  scope: string,
  labels: 'auto' | 'integer' | 'one-hot',
  targets: HostArray,
  outputShape: readonly (number | null)[],
): void {
  const { shape, dtype } = targets;
  const classes = outputShape.length === 2 ? (outputShape[1] ?? undefined) : undefined;
  if (outputShape.length > 2) {
    failData(scope, `the model's output must be logits [N, C], got ${formatShape(outputShape)}.`);
  }
  if (shape.length === 1 && labels !== 'one-hot') return checkIntegers(scope, targets, classes);
  if (shape.length === 2 && labels !== 'integer' && (classes === undefined || shape[1] === classes)) {
    return checkRows(scope, targets);
  }
  const width = classes ?? 'C';
  const wanted = { auto: `[N] int32 or [N, ${width}]`, integer: '[N] int32', 'one-hot': `[N, ${width}]` }[
    labels
  ];
  failData(
    scope,
    `labels must be ${wanted}, got ${formatShape([null, ...shape.slice(1)])} ${dtype}; ` +
      'give class numbers as [N], or one-hot rows as wide as the model has outputs.',
  );
}

function checkIntegers(scope: string, targets: HostArray, classes: number | undefined): void {
  const values = toTensorData(targets);
  const allowed = classes === undefined ? 'a whole number >= 0' : `a whole number from 0 to ${classes - 1}`;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value) || value < 0 || value >= (classes ?? Infinity)) {
      failData(scope, `the label of example ${i} is ${value}; it must be ${allowed}.`);
    }
  }
  if (targets.dtype !== 'int32') {
    failData(scope, `class numbers must be int32, got ${targets.dtype}; give them as an Int32Array.`);
  }
}

function checkRows(scope: string, targets: HostArray): void {
  const values = toTensorData(targets);
  const width = targets.shape[1]!;
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
