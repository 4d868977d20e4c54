import type { ArrayData, HostArray } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';

const SCOPE = 'idx';

interface ElementType {
  readonly name: string;
  readonly bytes: number;
  readonly dtype: 'float32' | 'int32';
  /** Reads big-endian elements; bytes need no reading and stay a view. */
  readonly read?: (view: DataView, count: number) => ArrayData;
}

const TYPES: Readonly<Record<number, ElementType>> = {
  0x08: { name: 'uint8', bytes: 1, dtype: 'int32' },
  0x0c: {
    name: 'int32',
    bytes: 4,
    dtype: 'int32',
    read: (view, count) => fill(new Int32Array(count), (i) => view.getInt32(4 * i)),
  },
  0x0d: {
    name: 'float32',
    bytes: 4,
    dtype: 'float32',
    read: (view, count) => fill(new Float32Array(count), (i) => view.getFloat32(4 * i)),
  },
};
const OTHER_TYPES: Readonly<Record<number, string>> = { 0x09: 'int8', 0x0b: 'int16', 0x0e: 'float64' };

/** Options of {@link parseIdx}. */
export interface ParseIdxOptions {
  /** Most bytes that the elements may have, >= 0. Default 2^30. */
  readonly maxBytes?: number;
}

/**
 * Reads an IDX file, the format of MNIST: `0 0 type rank`, one big-endian uint32 per dimension, then the elements,
 * big-endian and row-major.
 *
 * Bytes are not copied: the result is a view of `bytes`. Every size is checked against what is there before memory is taken.
 *
 * @param bytes The whole file, not compressed (see {@link gunzip}).
 * @returns The array: uint8 (type 0x08) as `Uint8Array` and int32 (0x0C) with dtype int32, float32 (0x0D) with dtype float32.
 * @throws EspalierError `invalid-data` when it is no IDX file, compressed, of another element type, cut short, too long,
 *   or larger than `maxBytes`.
 * @example
 * ```ts
 * const labels = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1)); // shape [3], data 7 2 1
 * ```
 * @see LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section "File formats".
 */
export function parseIdx(bytes: Uint8Array, options: ParseIdxOptions = {}): HostArray {
  const { maxBytes } = readOptions(SCOPE, options, {
    maxBytes: option.number({ min: 0, default: 2 ** 30 }),
  }).values;
  if (!(bytes instanceof Uint8Array))
    invalidData(SCOPE, `bytes must be a Uint8Array, got ${describe(bytes)}.`);
  const { type, shape, headerBytes } = readHeader(bytes);

  const payload = bytes.length - headerBytes;
  const count = countWithin(shape, payload / type.bytes);
  const claim = `its header says ${type.name} of shape [${shape.join(', ')}]`;
  if (count === undefined) {
    invalidData(SCOPE, `the file is cut short: ${claim}, but ${payload} bytes follow; get the file again.`);
  }
  if (count * type.bytes < payload) {
    const extra = payload - count * type.bytes;
    invalidData(SCOPE, `the file is too long: ${claim}, but ${extra} more bytes follow; get the file again.`);
  }
  if (payload > maxBytes) {
    invalidData(
      SCOPE,
      `the file holds ${payload} bytes, more than maxBytes ${maxBytes}; raise it if that is meant.`,
    );
  }
  const start = bytes.byteOffset + headerBytes;
  const data = type.read
    ? type.read(new DataView(bytes.buffer, start, payload), count)
    : new Uint8Array(bytes.buffer, start, count);
  return { data, shape, dtype: type.dtype };
}

function readHeader(bytes: Uint8Array): { type: ElementType; shape: number[]; headerBytes: number } {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    invalidData(
      SCOPE,
      'the file is compressed with gzip: give parseIdx the result of `await gunzip(bytes)`.',
    );
  }
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    invalidData(
      SCOPE,
      `this is no IDX file: it must begin with 00 00 <type> <rank>, got ${first || 'nothing'}.`,
    );
  }
  const code = bytes[2]!;
  const type = TYPES[code];
  if (!type) {
    const other = OTHER_TYPES[code] ? `${OTHER_TYPES[code]} (not supported)` : 'no type of the format';
    invalidData(SCOPE, `the element type must be 08 uint8, 0c int32 or 0d float32, got ${first}: ${other}.`);
  }
  const rank = bytes[3]!;
  if (rank === 0) invalidData(SCOPE, `the file must have at least one dimension, got ${first}.`);
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    invalidData(
      SCOPE,
      `the file is cut short: ${rank} dimensions need a header of ${headerBytes} bytes, got ${bytes.length}; get it again.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const shape = Array.from({ length: rank }, (_, dim) => view.getUint32(4 + 4 * dim));
  return { type, shape, headerBytes };
}

// Stops before the product can leave the exact whole numbers: 255 dimensions of 2^32 are legal to claim.
function countWithin(shape: readonly number[], limit: number): number | undefined {
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const dim of shape) {
    count *= dim;
    if (count > limit) return undefined;
  }
  return count;
}

function fill<T extends ArrayData>(array: T, valueAt: (index: number) => number): T {
  for (let i = 0; i < array.length; i++) array[i] = valueAt(i);
  return array;
}
