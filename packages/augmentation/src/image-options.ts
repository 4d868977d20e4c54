import { option } from '@espalier/core';

/** `[height, width, channels]`. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Smallest and largest value of a pixel. */
export type ValueRange = readonly [min: number, max: number];

/** The rule of an option that is an {@link ImageShape} or left out. */
export function imageShapeRule() {
  return option.custom<ImageShape, { readonly optional: true }>({
    expected: 'three whole numbers >= 1: [height, width, channels]',
    accepts: (value) =>
      Array.isArray(value) &&
      value.length === 3 &&
      value.every((one) => Number.isSafeInteger(one) && (one as number) >= 1),
    optional: true,
  });
}

/** The rule of an option that is a {@link ValueRange}. */
export function rangeRule() {
  return option.custom<ValueRange, { readonly default: ValueRange }>({
    expected: 'two numbers [min, max], the first below the second',
    accepts: (value) =>
      Array.isArray(value) &&
      value.length === 2 &&
      value.every(Number.isFinite) &&
      (value[0] as number) < (value[1] as number),
    default: [0, 1],
  });
}
