/** Where the weights of a convolution's filters lie. */
export interface KernelLayout {
  readonly height: number;
  readonly width: number;
  /** Channels that a filter looks at. */
  readonly inputs: number;
  readonly filters: number;
  /** @returns The place of a weight in the kernel's values, in row-major order. */
  at(row: number, column: number, input: number, filter: number): number;
}

/**
 * Filters of a kernel `[height, width, inputs, filters]`; of a `transposed_kernel` `[height, width, filters, inputs]`; of a
 * `depthwise_kernel` `[height, width, channels, filters of each]` every one is a filter of one channel, those of a channel in turn.
 */
export function kernelLayout(
  name: string,
  [height, width, a, b]: readonly [height: number, width: number, a: number, b: number],
): KernelLayout {
  const kind = name.slice(name.lastIndexOf('/') + 1);
  const place = (row: number, column: number): number => row * width + column;
  if (kind === 'transposed_kernel')
    return {
      height,
      width,
      inputs: b,
      filters: a,
      at: (row, column, input, filter) => (place(row, column) * a + filter) * b + input,
    };
  if (kind === 'depthwise_kernel')
    return {
      height,
      width,
      inputs: 1,
      filters: a * b,
      at: (row, column, _, filter) => place(row, column) * a * b + filter,
    };
  return {
    height,
    width,
    inputs: a,
    filters: b,
    at: (row, column, input, filter) => (place(row, column) * a + input) * b + filter,
  };
}
