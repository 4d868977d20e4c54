/** The place `[i, j, ...]` of a flat number in a shape. */
export function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const dim of [...shape].reverse()) {
    index.unshift(flat % dim);
    flat = Math.floor(flat / dim);
  }
  return index;
}
