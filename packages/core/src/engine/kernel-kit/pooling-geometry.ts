import { backend_util } from '@tensorflow/tfjs-core';

type Size3 = readonly [depth: number, height: number, width: number];

/** The geometry of a pooling over `[batch, depth, height, width, channels]`; images have depth 1. */
export interface Pooling {
  readonly batch: number;
  readonly channels: number;
  readonly input: Size3;
  readonly output: Size3;
  readonly window: Size3;
  readonly strides: Size3;
  readonly padding: Size3;
  /** Of the result as a tensor, with the rank of the input. */
  readonly outputShape: number[];
}

/** The geometry of a pooling kernel's attributes, its gradient's likewise, for an input `[N, (D,) H, W, C]`. */
export function poolingOf(
  inputShape: readonly number[],
  attributes: Readonly<Record<string, unknown>>,
): Pooling {
  return inputShape.length === 4 ? pooling2d(inputShape, attributes) : pooling3d(inputShape, attributes);
}

function pooling2d(inputShape: readonly number[], attributes: Readonly<Record<string, unknown>>): Pooling {
  const info = backend_util.computePool2DInfo(
    inputShape as [number, number, number, number],
    attributes['filterSize'] as [number, number],
    attributes['strides'] as [number, number],
    1,
    attributes['pad'] as number,
    attributes['dimRoundingMode'] as 'floor' | undefined,
  );
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    input: [1, info.inHeight, info.inWidth],
    output: [1, info.outHeight, info.outWidth],
    window: [1, info.filterHeight, info.filterWidth],
    strides: [1, info.strideHeight, info.strideWidth],
    padding: [0, info.padInfo.top, info.padInfo.left],
    outputShape: info.outShape,
  };
}

function pooling3d(inputShape: readonly number[], attributes: Readonly<Record<string, unknown>>): Pooling {
  const info = backend_util.computePool3DInfo(
    inputShape as [number, number, number, number, number],
    attributes['filterSize'] as [number, number, number],
    attributes['strides'] as [number, number, number],
    1,
    attributes['pad'] as number,
    attributes['dimRoundingMode'] as 'floor' | undefined,
  );
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    window: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    padding: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
    outputShape: info.outShape,
  };
}

/** Most cells that a window has. */
export const windowSize = ({ window }: Pooling): number => window[0] * window[1] * window[2];

/**
 * Visits every window that meets the input.
 *
 * @param cells is filled with the position of each of the window's cells inside the input: `origin + scale * offset` of
 *   its first channel, in row-major order.
 * @param visit gets the number of those cells and the offset of the window's first output channel.
 */
export function eachWindow(
  { batch, channels, input, output, window, strides, padding }: Pooling,
  cells: Int32Array,
  visit: (count: number, outputOffset: number) => void,
  origin = 0,
  scale = 1,
): void {
  let outputOffset = 0;
  for (let image = 0; image < batch; image++) {
    for (let oz = 0; oz < output[0]; oz++) {
      const z = oz * strides[0] - padding[0];
      for (let oy = 0; oy < output[1]; oy++) {
        const y = oy * strides[1] - padding[1];
        for (let ox = 0; ox < output[2]; ox++, outputOffset += channels) {
          const left = ox * strides[2] - padding[2];
          let count = 0;
          for (let iz = Math.max(z, 0); iz < Math.min(z + window[0], input[0]); iz++) {
            for (let iy = Math.max(y, 0); iy < Math.min(y + window[1], input[1]); iy++) {
              const row = ((image * input[0] + iz) * input[1] + iy) * input[2];
              for (let ix = Math.max(left, 0); ix < Math.min(left + window[2], input[2]); ix++) {
                cells[count++] = origin + scale * (row + ix) * channels;
              }
            }
          }
          if (count > 0) visit(count, outputOffset);
        }
      }
    }
  }
}
