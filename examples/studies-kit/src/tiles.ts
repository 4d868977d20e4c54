/** Pictures of one size side by side, as one matrix for a heat map, NaN between them. */
export function tiles(
  pictures: readonly (readonly (readonly number[])[])[],
  { columns }: { readonly columns: number },
): number[][] {
  const [first] = pictures;
  if (!first) return [];
  const [height, width] = [first.length, first[0]!.length];
  const rows = Math.ceil(pictures.length / columns);
  return Array.from({ length: rows * (height + 1) - 1 }, (_, y) =>
    Array.from({ length: columns * (width + 1) - 1 }, (__, x) => {
      const picture = pictures[Math.floor(y / (height + 1)) * columns + Math.floor(x / (width + 1))];
      return picture?.[y % (height + 1)]?.[x % (width + 1)] ?? NaN;
    }),
  );
}
