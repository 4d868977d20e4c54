import { describe } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';

/** Typed arrays that numbers may come in. `Float64Array` is rounded to float32; whole numbers beyond int32 are refused. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Typed arrays whose entries are numbers, not bigints. */
export type PlainNumbers = Exclude<NumberArray, BigInt64Array | BigUint64Array>;

/** True for bytes of either kind. */
export function isBytes(values: ArrayLike<unknown>): values is Uint8Array | Uint8ClampedArray {
  return values instanceof Uint8Array || values instanceof Uint8ClampedArray;
}

/** True for typed arrays of whole numbers. */
export function isWhole(values: ArrayLike<unknown>): boolean {
  return ArrayBuffer.isView(values) && !(values instanceof Float32Array || values instanceof Float64Array);
}

/**
 * The numbers of a typed array: itself, or of bigints an `Int32Array`.
 *
 * @throws EspalierError `invalid-data` for a `DataView`, and for a bigint beyond int32.
 */
export function plainNumbers(values: ArrayBufferView, scope: string, name: string): PlainNumbers {
  if (values instanceof DataView)
    invalidData(scope, `${name} must be a typed array, got ${describe(values)}.`);
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return values as PlainNumbers;
  const numbers = new Int32Array(values.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = values[i]!;
    numbers[i] = Number(value);
    if (BigInt(numbers[i]!) !== value) {
      invalidData(scope, `${name}: entry ${i} must be a whole number within int32, got ${value}.`);
    }
  }
  return numbers;
}
