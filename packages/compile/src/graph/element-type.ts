/** The element types that graphs hold: those of tfjs, and int64, uint8 which ONNX asks for at places. */
export type ElementType = 'float32' | 'int32' | 'bool' | 'int64' | 'uint8';

/** Numbers in memory. `bool` and `uint8` are bytes. */
export type TensorArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;

const bytes: Readonly<Record<ElementType, number>> = { float32: 4, int32: 4, bool: 1, int64: 8, uint8: 1 };

/** Bytes of one element. */
export function bytesPerElement(dtype: ElementType): number {
  return bytes[dtype];
}

/** How many elements a shape holds. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A zeroed array of `length` elements. */
export function allocate(dtype: ElementType, length: number): TensorArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    default:
      return new Uint8Array(length);
  }
}

/** Writes numbers as `dtype` does: cut towards zero for integers, 0 or 1 for `bool`. */
export function fromNumbers(dtype: ElementType, numbers: ArrayLike<number>): TensorArray {
  if (dtype === 'float32') return Float32Array.from(numbers);
  if (dtype === 'int32') return Int32Array.from(numbers, (x) => x | 0);
  if (dtype === 'int64') return BigInt64Array.from(Array.from(numbers, (x) => BigInt(Math.trunc(x))));
  if (dtype === 'bool') return Uint8Array.from(numbers, (x) => (x ? 1 : 0));
  return Uint8Array.from(numbers);
}

/** True for the element types that tfjs tensors have. */
export function isElementType(dtype: string): dtype is 'float32' | 'int32' | 'bool' {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}
