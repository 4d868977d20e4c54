import type { HostArray } from '@espalier/core';
import { refuse } from './refuse.js';

/** Bytes of an element, and how they become numbers that TensorFlow.js has. */
export interface ElementType {
  readonly size: number;
  /** @throws EspalierError `invalid-data` for an integer beyond int32. */
  read(bytes: DataView, count: number, scope: string): HostArray['data'];
}

/** Types of elements by their names in safetensors. */
export const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  F64: {
    size: 8,
    read: (bytes, n) => Float32Array.from({ length: n }, (_, i) => bytes.getFloat64(8 * i, true)),
  },
  F32: {
    size: 4,
    read: (bytes, n) => Float32Array.from({ length: n }, (_, i) => bytes.getFloat32(4 * i, true)),
  },
  F16: {
    size: 2,
    read: (bytes, n) => Float32Array.from({ length: n }, (_, i) => half(bytes.getUint16(2 * i, true))),
  },
  BF16: { size: 2, read: (bytes, n) => widened(bytes, n) },
  I64: {
    size: 8,
    read: (bytes, n, scope) =>
      Int32Array.from({ length: n }, (_, i) => whole(bytes.getBigInt64(8 * i, true), scope)),
  },
  I32: { size: 4, read: (bytes, n) => Int32Array.from({ length: n }, (_, i) => bytes.getInt32(4 * i, true)) },
  I16: { size: 2, read: (bytes, n) => Int32Array.from({ length: n }, (_, i) => bytes.getInt16(2 * i, true)) },
  I8: { size: 1, read: (bytes, n) => Int32Array.from({ length: n }, (_, i) => bytes.getInt8(i)) },
  U16: {
    size: 2,
    read: (bytes, n) => Int32Array.from({ length: n }, (_, i) => bytes.getUint16(2 * i, true)),
  },
  U8: { size: 1, read: (bytes, n) => Int32Array.from({ length: n }, (_, i) => bytes.getUint8(i)) },
  BOOL: {
    size: 1,
    read: (bytes, n) => Int32Array.from({ length: n }, (_, i) => (bytes.getUint8(i) ? 1 : 0)),
  },
};

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper halves of float32. */
function widened(bytes: DataView, count: number): Float32Array {
  const bits = Uint32Array.from({ length: count }, (_, i) => bytes.getUint16(2 * i, true) << 16);
  return new Float32Array(bits.buffer);
}

function whole(value: bigint, scope: string): number {
  if (value !== BigInt.asIntN(32, value)) refuse(scope, `it holds ${value}, which is beyond int32.`);
  return Number(value);
}
