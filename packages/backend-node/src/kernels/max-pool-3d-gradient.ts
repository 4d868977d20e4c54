import * as tf from '@tensorflow/tfjs-core';
import type { KernelPatch } from './kernel-patch.js';

type Triple = readonly [number, number, number];

/** The attributes of 3-d pooling. */
interface PoolingAttributes {
  readonly filterSize: number | [number, number, number];
  readonly strides: number | [number, number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The first maximum of each window gets its gradient, as in two dimensions and as in PyTorch. */
export const maxPool3DGrad: KernelPatch = {
  kernelName: 'MaxPool3DGrad',
  reason: 'every one of several equal maxima got the whole gradient',
  build:
    () =>
    ({ inputs, attrs }) => {
      const { dy, input } = inputs as { dy: tf.Tensor5D; input: tf.Tensor5D };
      const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolingAttributes;
      const info = tf.backend_util.computePool3DInfo(
        input.shape,
        filterSize,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      return tf.tensor(scatter(info, input.dataSync(), dy.dataSync()), info.inShape, 'float32');
    },
};

function scatter(
  info: tf.backend_util.Conv3DInfo,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): Float32Array {
  const { inChannels: channels, padInfo } = info;
  const size: Triple = [info.inDepth, info.inHeight, info.inWidth];
  const window: Triple = [info.effectiveFilterDepth, info.effectiveFilterHeight, info.effectiveFilterWidth];
  const dx = new Float32Array(x.length);
  let at = 0;
  for (let n = 0; n < info.batchSize; n++) {
    for (let d = 0; d < info.outDepth; d++) {
      for (let h = 0; h < info.outHeight; h++) {
        for (let w = 0; w < info.outWidth; w++) {
          const from: Triple = [
            d * info.strideDepth - padInfo.front,
            h * info.strideHeight - padInfo.top,
            w * info.strideWidth - padInfo.left,
          ];
          for (let c = 0; c < channels; c++) {
            const best = firstMaximum(x, { from, window, size, channels, offset: n, c });
            if (best >= 0) dx[best]! += dy[at]!;
            at++;
          }
        }
      }
    }
  }
  return dx;
}

interface Place {
  readonly from: Triple;
  readonly window: Triple;
  readonly size: Triple;
  readonly channels: number;
  readonly offset: number;
  readonly c: number;
}

function firstMaximum(x: ArrayLike<number>, { from, window, size, channels, offset, c }: Place): number {
  let [best, highest] = [-1, -Infinity];
  for (let d = Math.max(0, from[0]); d < Math.min(size[0], from[0] + window[0]); d++) {
    for (let h = Math.max(0, from[1]); h < Math.min(size[1], from[1] + window[1]); h++) {
      for (let w = Math.max(0, from[2]); w < Math.min(size[2], from[2] + window[2]); w++) {
        const index = (((offset * size[0] + d) * size[1] + h) * size[2] + w) * channels + c;
        const value = x[index]!;
        // A NaN is the maximum of its window.
        if (best < 0 || value > highest || (Number.isNaN(value) && !Number.isNaN(highest))) {
          [best, highest] = [index, value];
        }
      }
    }
  }
  return best;
}
