import { option } from '@espalier/core';
import { Hash } from '@espalier/core/internal';

/** The rule of an option that is a list of numbers, one for each example. */
export function numbersByExample() {
  return option.custom<ArrayLike<number>>({
    expected: 'a list of numbers, one for each example',
    accepts: (value) =>
      typeof value === 'object' && value !== null && (value as ArrayLike<number>).length >= 1,
    toJson: nameOfNumbers,
  });
}

/** What stands for such a list in records and checkpoints: other numbers give another text, so that a resumed run sees them. */
export function nameOfNumbers(numbers: ArrayLike<number>): string {
  const hash = new Hash();
  hash.bytes(new Uint8Array(Float64Array.from(numbers).buffer));
  return `of ${numbers.length} examples, hash ${hash.digest()}`;
}
