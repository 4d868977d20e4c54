const quantile = (sorted: readonly number[], share: number): number => {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
};
/** Median and middle 80 %. */
export const show = (values: readonly number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => quantile(sorted, share).toPrecision(2));
  return `${middle} (${low} to ${high})`;
};
