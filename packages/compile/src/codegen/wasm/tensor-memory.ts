import type { ElementType, TensorArray } from '../../graph/element-type.js';

/** Where a tensor lies in the memory of a step. */
export interface Place {
  readonly address: number;
  readonly shape: readonly number[];
  readonly dtype: ElementType;
}

/** The elements of a tensor where they lie. */
export function memoryOf(
  { buffer }: WebAssembly.Memory,
  { address, dtype }: Pick<Place, 'address' | 'dtype'>,
  count: number,
): Float32Array | Int32Array | Uint8Array {
  if (dtype === 'float32') return new Float32Array(buffer, address, count);
  return dtype === 'uint8' ? new Uint8Array(buffer, address, count) : new Int32Array(buffer, address, count);
}

/** Writes numbers of a tensor to memory; truths as 0 and -1. */
export function writeNumbers(
  memory: WebAssembly.Memory,
  place: Pick<Place, 'address' | 'dtype'>,
  data: TensorArray,
): void {
  const target = memoryOf(memory, place, data.length);
  if (place.dtype === 'bool') for (let i = 0; i < data.length; i++) target[i] = data[i] ? -1 : 0;
  else if (place.dtype === 'int64') for (let i = 0; i < data.length; i++) target[i] = Number(data[i]);
  else target.set(data as Float32Array);
}

/** A copy of the numbers of a tensor in memory. */
export function readNumbers(
  memory: WebAssembly.Memory,
  place: Pick<Place, 'address' | 'dtype'>,
  count: number,
): Float32Array | Int32Array | Uint8Array {
  const numbers = memoryOf(memory, place, count);
  return place.dtype === 'bool' ? Uint8Array.from(numbers, (x) => (x === 0 ? 0 : 1)) : numbers.slice();
}
