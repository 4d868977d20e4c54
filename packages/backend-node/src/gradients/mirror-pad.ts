import * as tf from '@tensorflow/tfjs-core';

/** Which element of an axis each element of the padded axis is a copy of. */
function sources(size: number, [before, after]: readonly [number, number], mode: string): number[] {
  // `reflect` leaves the edge itself out.
  const edge = mode === 'reflect' ? 1 : 0;
  return Array.from({ length: before + size + after }, (_, i) => {
    const at = i - before;
    if (at < 0) return -at - 1 + edge;
    return at < size ? at : 2 * size - 1 - at - edge;
  });
}

/** Adds the gradient of each copy to the element that it is a copy of, axis by axis. */
function fold(
  dy: tf.Tensor,
  shape: readonly number[],
  paddings: readonly [number, number][],
  mode: string,
): tf.Tensor {
  return shape.reduce((gradient, size, axis) => {
    const padding = paddings[axis]!;
    if (padding[0] === 0 && padding[1] === 0) return gradient;
    // Swapping two axes is its own inverse.
    const swap = shape.map((_, i) => (i === 0 ? axis : i === axis ? 0 : i));
    const copies = tf.tensor1d(sources(size, padding, mode), 'int32');
    const summed = tf.unsortedSegmentSum(tf.transpose(gradient, swap), copies, size);
    return tf.transpose(summed, swap);
  }, dy);
}

/** The gradient of `mirrorPad`. It is made of ordinary ops, so that it serves every backend of the process. */
export const mirrorPadGradient = {
  kernelName: 'MirrorPad',
  reason: 'forgot the mirrored copies',
  config: {
    kernelName: 'MirrorPad',
    inputsToSave: ['x'],
    gradFunc(dy, saved, attrs) {
      const [x] = saved as [tf.Tensor];
      const { paddings, mode } = attrs as unknown as { paddings: [number, number][]; mode: string };
      return { x: () => fold(dy as tf.Tensor, x.shape, paddings, mode) };
    },
  } satisfies tf.GradConfig,
};
