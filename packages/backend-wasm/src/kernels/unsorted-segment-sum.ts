import { EspalierError } from '@espalier/core';
import { sizeOfShape, valuesOf } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/**
 * Sums of the rows of `x [N, ...]` by segment: `out[s] = sum of x[i] over i with segmentIds[i] = s`, added up in double
 * precision. Ids outside `0..numSegments - 1` are left out, as on the cpu backend. The gradient of an embedding.
 */
export const unsortedSegmentSum: KernelPatch = {
  kernelName: 'UnsortedSegmentSum',
  reason: 'missing: no embedding or gather could be trained',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const x = inputs['x']!;
      const segmentIds = inputs['segmentIds']!;
      const numSegments = attrs['numSegments'] as number;
      if (segmentIds.shape.length !== 1 || segmentIds.shape[0] !== x.shape[0]) {
        throw new EspalierError({
          code: 'unsupported-op',
          scope: 'backend-wasm',
          message: `unsortedSegmentSum: segmentIds must be [${x.shape[0]}], one per row, got [${segmentIds.shape}].`,
        });
      }
      const rowShape = x.shape.slice(1);
      const out = backend.makeOutput([numSegments, ...rowShape], x.dtype === 'bool' ? 'int32' : x.dtype);
      const ids = valuesOf(backend, segmentIds);
      const values = valuesOf(backend, x);
      const sums = valuesOf(backend, out).fill(0);
      const { starts, rows } = rowsBySegment(ids, numSegments);
      const width = sizeOfShape(rowShape);
      const accumulator = new Float64Array(width);
      for (let segment = 0; segment < numSegments; segment++) {
        const [from, to] = [starts[segment]!, starts[segment + 1]!];
        if (from === to) continue;
        accumulator.fill(0);
        for (let i = from; i < to; i++) {
          const row = rows[i]! * width;
          for (let j = 0; j < width; j++) accumulator[j] = accumulator[j]! + values[row + j]!;
        }
        sums.set(accumulator, segment * width);
      }
      return out;
    },
};

/** Row numbers sorted by segment: those of segment s are `rows[starts[s] .. starts[s + 1]]`. */
function rowsBySegment(
  ids: ArrayLike<number>,
  numSegments: number,
): { starts: Int32Array; rows: Int32Array } {
  const starts = new Int32Array(numSegments + 1);
  const inside = (id: number): boolean => id >= 0 && id < numSegments;
  for (let i = 0; i < ids.length; i++) if (inside(ids[i]!)) starts[ids[i]! + 1]!++;
  for (let s = 0; s < numSegments; s++) starts[s + 1] = starts[s + 1]! + starts[s]!;
  const next = starts.slice();
  const rows = new Int32Array(starts[numSegments]!);
  for (let i = 0; i < ids.length; i++) if (inside(ids[i]!)) rows[next[ids[i]!]!++] = i;
  return { starts, rows };
}
