import type { HostArray, HostArrays } from './arrays.js';
import type { HostBatch } from './dataset.js';

/**
 * A batch in memory of its own, for whoever keeps it while more is fetched: a source may write what comes next into the same
 * memory. Rows of larger arrays stay what they are; they are copied when they are read.
 */
export function ownMemory({ inputs, targets, weights }: HostBatch): HostBatch {
  return {
    inputs: copies(inputs),
    targets: copies(targets),
    ...(weights && { weights: copies(weights) }),
  };
}

function copies(arrays: HostArrays): HostArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, copy(array)]));
}

function copy(array: HostArray): HostArray {
  return array.rows ? array : { ...array, data: array.data.slice() };
}

/** Whether inputs of two batches lie in the same bytes. */
export function shareMemory(one: HostBatch, other: HostBatch): boolean {
  return Object.entries(one.inputs).some(([name, a]) => {
    const b = other.inputs[name];
    if (!b || a.rows || b.rows || a.data.buffer !== b.data.buffer) return false;
    const [ends, starts] = [a.data.byteOffset + a.data.byteLength, b.data.byteOffset];
    return starts < ends && a.data.byteOffset < starts + b.data.byteLength;
  });
}
