import type { Value } from '../../graph/graph.js';
import { sameShape } from '../../graph/shapes.js';
import type { Access } from './loop.js';
import type { Vector, VectorBuilder } from './vector.js';
import { broadcast, lanesOf, type View } from './view.js';

/** Where a loop finds its operands. */
export interface Operands {
  /** The value that another name stands for. */
  root(value: Value): Value;
  /** Where the elements of a value lie in memory. */
  view(value: Value): View;
}

/** Axes that matter to a loop. */
export function squeezed(shape: readonly number[]): number[] {
  return shape.filter((extent) => extent !== 1);
}

/** What reads or writes a view in a loop over a shape that it is broadcast to. */
export function accessOf(view: View, shape: readonly number[], dtype: Value['dtype']): Access {
  const wide = broadcast(view, shape);
  const strides = wide.strides.filter((_, axis) => shape[axis] !== 1);
  return { region: wide.region, offset: wide.offset, strides, lanes: lanesOf(dtype) };
}

/** The expression that reads an access, one for all equal ones. */
export function readOf(access: Access, vectors: VectorBuilder, reads: Access[]): Vector {
  const same = (other: Access): boolean =>
    other.region === access.region &&
    other.offset === access.offset &&
    other.lanes === access.lanes &&
    sameShape(other.strides, access.strides);
  let at = reads.findIndex(same);
  if (at < 0) at = reads.push(access) - 1;
  return vectors.read(access.lanes, at);
}
