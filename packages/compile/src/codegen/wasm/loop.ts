import { elementCount } from '../../graph/element-type.js';
import type { Lanes, Vector, VectorBuilder } from './vector.js';
import type { Region } from './view.js';

/** Memory that a loop reads or writes: where it is at each index. */
export interface Access {
  readonly region: Region;
  /** The first element. */
  readonly offset: number;
  /** Elements from one index to the next, for each axis of the loop. */
  readonly strides: readonly number[];
  readonly lanes: Lanes;
  /** A parameter of the loop's function: bytes that are added to the address. */
  readonly parameter?: number;
}

/** A result of a loop. */
export interface Store {
  readonly access: Access;
  readonly value: Vector;
}

/** How elements are put together along axes. */
export type Combine = 'sum' | 'product' | 'max' | 'min';

/** Expressions over all indices of some axes. */
export interface Loop {
  readonly extents: readonly number[];
  /** What the expressions read, by number. */
  readonly reads: readonly Access[];
  readonly vectors: VectorBuilder;
}

/** A loop that computes elements, each from its own index alone. */
export interface MapLoop extends Loop {
  readonly stores: readonly Store[];
}

/** A loop without the axes of extent 1, and with those merged that lie behind each other in all its memory. */
export function collapsed<L extends { extents: readonly number[] }>(
  loop: L,
  accesses: readonly Access[],
  /** Axes that end a group: no merging across them. */
  fences: readonly number[] = [],
): { extents: number[]; strides: Map<Access, number[]>; fences: number[] } {
  const extents: number[] = [];
  const strides = new Map<Access, number[]>(accesses.map((access) => [access, []]));
  const kept: number[] = [];
  const count = elementCount(loop.extents);
  for (let axis = 0; axis < loop.extents.length; axis++) {
    if (fences.includes(axis)) kept.push(extents.length);
    const extent = loop.extents[axis]!;
    if (extent === 1 && count !== 0) continue;
    const last = extents.length - 1;
    const fenced = kept.includes(extents.length);
    const merges =
      last >= 0 &&
      !fenced &&
      accesses.every((access) => strides.get(access)![last] === access.strides[axis]! * extent);
    if (merges) {
      extents[last]! *= extent;
      for (const access of accesses) strides.get(access)![last] = access.strides[axis]!;
    } else {
      extents.push(extent);
      for (const access of accesses) strides.get(access)!.push(access.strides[axis]!);
    }
  }
  while (kept.length < fences.length) kept.push(extents.length);
  return { extents, strides, fences: kept };
}
