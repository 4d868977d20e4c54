import { Hash } from '../hash.js';
import type { HostArray } from './arrays.js';
import type { ArraySpec, Dataset, HostBatch } from './dataset.js';
import type { DataStream } from './data-stream.js';
import { isPromise } from './maybe-promise.js';

/** Bytes of an array up to which all of it is read. */
const WHOLE = 2 ** 20;
/** Rows that are read of a larger array. */
const ROWS = 512;

/**
 * A short name for the contents of a data set: other data, another name. For records, and for a resumed run to see that it
 * goes on with the data that it began with.
 *
 * A 64-bit hash, not a cryptographic one, over size, names, shapes, dtypes, class names and values. Of an array in memory of
 * more than 1 MiB, 512 rows at equal distances are read, the first and the last included; of a data set that is in memory
 * and has no `arrays`, such as a random part of another, 512 examples. A change elsewhere is not seen. What would have to be
 * fetched first, and a stream, is named by its description alone: `fingerprint` is synchronous and takes a few milliseconds.
 *
 * @returns 16 hexadecimal digits.
 * @example
 * ```ts
 * console.log(fingerprint(train));
 * ```
 * @see MurmurHash3 (Appleby), whose mixing steps are used.
 */
export function fingerprint(data: Dataset | DataStream): string {
  const hash = new Hash();
  hash.text(`${data.size ?? 'stream'}`);
  hash.text((data.classNames ?? []).join('\n'));
  specs(hash, data.inputs);
  specs(hash, data.targets);
  if ('batch' in data) {
    if (data.arrays) contents(hash, data.arrays);
    else if (data.inMemory) {
      const batch = data.batch(spread(data.size));
      if (!isPromise(batch)) contents(hash, batch);
    }
  }
  return hash.digest();
}

function specs(hash: Hash, named: Readonly<Record<string, ArraySpec>>): void {
  for (const name of Object.keys(named).sort()) {
    const { shape, dtype } = named[name]!;
    hash.text(`${name} ${dtype} ${shape.join(' ')}`);
  }
}

function contents(hash: Hash, { inputs, targets, weights = {} }: HostBatch): void {
  for (const group of [inputs, targets, weights]) {
    for (const name of Object.keys(group).sort()) array(hash, name, group[name]!);
  }
}

function array(hash: Hash, name: string, { data, shape, scale = 1, offset = 0 }: HostArray): void {
  hash.text(`${name} ${data.constructor.name} ${scale} ${offset}`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const rows = shape[0] ?? 0;
  if (bytes.length <= WHOLE || rows === 0) {
    hash.bytes(bytes);
    return;
  }
  const row = bytes.length / rows;
  // One row may be huge: no more is read of it than of a whole array.
  for (const at of spread(rows)) hash.bytes(bytes.subarray(at * row, at * row + Math.min(row, WHOLE / ROWS)));
}

/** At most 512 of 0 ... size - 1 at equal distances, the ends included. */
function spread(size: number): Uint32Array {
  const count = Math.min(size, ROWS);
  return Uint32Array.from({ length: count }, (_, i) =>
    count < 2 ? 0 : Math.round((i * (size - 1)) / (count - 1)),
  );
}
