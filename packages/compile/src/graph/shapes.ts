/** Shape arithmetic shared by tracing and lowering. */

/** The shape of an elementwise operation on `a` and `b`, aligned at the last axis. */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((extent, i) => {
      const at = rank - shape.length + i;
      if (result[at] === 1) result[at] = extent;
      else if (extent !== 1 && extent !== result[at])
        throw new Error(
          `Operands could not be broadcast together with shapes ${shapes.map((s) => `[${s}]`).join(', ')}.`,
        );
    });
  }
  return result;
}

/** Axes as sorted non-negative numbers; all of them for `undefined`. */
export function normalizeAxes(axis: number | readonly number[] | undefined | null, rank: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const axes = typeof axis === 'number' ? [axis] : [...axis];
  const result = [...new Set(axes.map((a) => (a < 0 ? a + rank : a)))].sort((a, b) => a - b);
  if (result.some((a) => a < 0 || a >= rank))
    throw new Error(`Axis [${axes}] is out of range for rank ${rank}.`);
  return result;
}

/** The shape after reducing `axes` (sorted, non-negative). */
export function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return keepDims
    ? shape.map((extent, i) => (axes.includes(i) ? 1 : extent))
    : shape.filter((_, i) => !axes.includes(i));
}

/** True when both shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

/** A permutation applied to a shape. */
export function permute<T>(items: readonly T[], permutation: readonly number[]): T[] {
  return permutation.map((from) => items[from] as T);
}

/** The permutation that undoes `permutation`. */
export function invertPermutation(permutation: readonly number[]): number[] {
  const result = new Array<number>(permutation.length);
  permutation.forEach((from, to) => (result[from] = to));
  return result;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--)
    strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number);
  return strides;
}
