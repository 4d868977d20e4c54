import type { HostArray, HostArrays, HostBatch } from '@espalier/core';
import type { ByteScale, InputEncoding, InputEncodings } from '../passes/encode-inputs.js';

/** What tells a batch from others, and how its arrays are fed. */
export interface DescribedBatch {
  /** Batches with equal keys run on the same graph. */
  readonly key: string;
  /** By path, e.g. `inputs/x`. */
  readonly encodings: InputEncodings;
}

/**
 * Describes a batch.
 *
 * @param inPlace Whether whole arrays are read where they are, so that rows are gathered inside the step.
 */
export function describeBatch(batch: Partial<HostBatch>, inPlace: boolean): DescribedBatch {
  const encodings = new Map<string, InputEncoding>();
  const parts: string[] = [];
  for (const group of ['inputs', 'targets', 'weights'] as const) {
    for (const [name, array] of Object.entries(batch[group] ?? {})) {
      const bytes = byteScaleOf(array);
      const whole = inPlace ? wholeOf(array) : undefined;
      if (bytes || whole)
        encodings.set(`${group}/${name}`, {
          ...(bytes ? { bytes } : {}),
          ...(whole ? { rows: { total: whole.shape[0]! } } : {}),
        });
      const type = bytes ? `uint8*${bytes.scale}+${bytes.offset}` : array.dtype;
      parts.push(`${name} ${whole ? 'rows of ' : ''}${type}[${array.shape.join()}]`);
    }
  }
  return { key: parts.join(', '), encodings };
}

/**
 * Whether two batches would be described alike, found out without describing them.
 *
 * @param examples Examples of `b` that count: its arrays may be those of several batches. Default: all.
 */
export function sameForm(a: Partial<HostBatch>, b: Partial<HostBatch>, examples?: number): boolean {
  return (
    sameArrays(a.inputs, b.inputs, examples) &&
    sameArrays(a.targets, b.targets, examples) &&
    sameArrays(a.weights, b.weights, examples)
  );
}

function sameArrays(a: HostArrays = NONE, b: HostArrays = NONE, examples?: number): boolean {
  if (a === b && examples === undefined) return true;
  let left = 0;
  for (const name in a) {
    left++;
    const [one, other] = [a[name]!, b[name]];
    if (!other || one.dtype !== other.dtype || one.shape.length !== other.shape.length) return false;
    if (one.shape[0] !== (examples ?? other.shape[0])) return false;
    for (let i = 1; i < one.shape.length; i++) if (one.shape[i] !== other.shape[i]) return false;
    // What is asked for rows is asked of the whole, as above.
    const [whole, otherWhole] = [one.rows?.of, other.rows?.of];
    if (whole !== otherWhole) return false;
    if (!whole && !sameNumbers(one, other)) return false;
  }
  for (const _ in b) left--;
  return left === 0;
}

function sameNumbers(a: HostArray, b: HostArray): boolean {
  return a.data.constructor === b.data.constructor && a.scale === b.scale && a.offset === b.offset;
}

const NONE: HostArrays = {};

/** How an array is fed as bytes; `undefined` where it is fed as it is. */
function byteScaleOf(array: HostArray): ByteScale | undefined {
  // What is asked for rows is asked of the whole: their data need not be copied for that.
  const { data, dtype, scale = 1, offset = 0 } = array.rows?.of ?? array;
  return data instanceof Uint8Array && dtype === 'float32' ? { scale, offset } : undefined;
}

/** The whole that an array is rows of, where its memory is what the graph reads. */
export function wholeOf({ rows, dtype }: HostArray): HostArray | undefined {
  if (!rows) return undefined;
  const { data, scale = 1, offset = 0 } = rows.of;
  if (data instanceof Uint8Array) return dtype === 'float32' ? rows.of : undefined;
  const asItIs = data instanceof Float32Array ? scale === 1 && offset === 0 : true;
  return asItIs && data instanceof Float32Array === (dtype === 'float32') ? rows.of : undefined;
}
