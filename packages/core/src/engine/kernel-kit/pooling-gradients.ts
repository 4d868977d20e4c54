import { eachWindow, type Pooling, windowSize } from './pooling-geometry.js';

/** Values of a tensor in plain memory. */
type Values = Float32Array | Int32Array | Uint8Array;

/**
 * Gradient of max pooling: a window's gradient goes to its first maximum in row-major order; a NaN in the window counts
 * as its maximum, the last one winning (both as PyTorch).
 *
 * @param dx Zeros, as many as the input has values; the gradient is added to them.
 */
export function addMaxPoolGradient(pooling: Pooling, x: Values, dy: Values, dx: Float32Array): void {
  const cells = new Int32Array(windowSize(pooling));
  eachWindow(pooling, cells, (count, outputOffset) => {
    for (let channel = 0; channel < pooling.channels; channel++) {
      const best = firstMaximum(x, cells, count, channel);
      dx[best] = dx[best]! + dy[outputOffset + channel]!;
    }
  });
}

/**
 * Where the maximum of a window's cells is: the first of equal ones, or the last NaN.
 *
 * @param shift 2 where the cells are addresses of floats, in bytes.
 */
export function firstMaximum(
  x: Values,
  cells: Int32Array,
  count: number,
  channel: number,
  shift = 0,
): number {
  let best = (cells[0]! >>> shift) + channel;
  let maximum = x[best]!;
  for (let i = 1; i < count; i++) {
    const index = (cells[i]! >>> shift) + channel;
    const value = x[index]!;
    if (value > maximum || Number.isNaN(value)) {
      maximum = value;
      best = index;
    }
  }
  return best;
}

/**
 * Gradient of average pooling; cells of the padding are not counted, as in its forward pass.
 *
 * @param dx Zeros, as many as the input has values; the gradient is added to them.
 */
export function addAveragePoolGradient(pooling: Pooling, dy: Values, dx: Float32Array): void {
  const cells = new Int32Array(windowSize(pooling));
  eachWindow(pooling, cells, (count, outputOffset) => {
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      for (let channel = 0; channel < pooling.channels; channel++) {
        dx[cell + channel] = dx[cell + channel]! + dy[outputOffset + channel]! / count;
      }
    }
  });
}
