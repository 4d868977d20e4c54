import { stream } from '@espalier/core';

/** Numbers in float64 with a shape, row-major: what references compute with. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The number of elements of a shape. */
export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** The coordinates of each element, in order. */
export function positions(shape: readonly number[]): number[][] {
  return Array.from({ length: sizeOfShape(shape) }, (_, flat) => {
    const position = new Array<number>(shape.length);
    let rest = flat;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return position;
  });
}

/** An array whose elements are a function of their coordinates. */
export function build(shape: readonly number[], element: (position: number[]) => number): NdArray {
  return { shape: [...shape], data: Float64Array.from(positions(shape), element) };
}

/** The element at coordinates. */
export function at({ shape, data }: NdArray, position: readonly number[]): number {
  return data[shape.reduce((flat, dim, axis) => flat * dim + position[axis]!, 0)]!;
}

/** The element that broadcasting puts at coordinates of a larger shape. */
export function broadcastAt(array: NdArray, position: readonly number[]): number {
  const own = position.slice(position.length - array.shape.length);
  return at(
    array,
    own.map((index, axis) => (array.shape[axis] === 1 ? 0 : index)),
  );
}

/** Standard normal numbers that float32 holds exactly, a function of the seed. */
export function normal(seed: number, name: string, shape: readonly number[]): NdArray {
  return { shape: [...shape], data: Float64Array.from(stream(seed, name).normals(sizeOfShape(shape))) };
}

/** Each element changed, and rounded to float32 so that tensors hold the same. */
export function mapped(array: NdArray, change: (value: number) => number): NdArray {
  return { shape: array.shape, data: array.data.map((value) => Math.fround(change(value))) };
}
