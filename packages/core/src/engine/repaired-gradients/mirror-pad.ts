import * as tf from '@tensorflow/tfjs-core';

/** Gradient of mirror padding: what was copied into the margins is folded back onto where it came from. */
export const mirrorPadGradient: tf.GradConfig = {
  kernelName: 'MirrorPad',
  inputsToSave: ['x'],
  gradFunc(dy, saved, attrs) {
    const x = saved[0]!;
    const { paddings, mode } = attrs as unknown as {
      paddings: [number, number][];
      mode: 'reflect' | 'symmetric';
    };
    const skip = mode === 'reflect' ? 1 : 0;
    return {
      x: () =>
        paddings.reduce(
          (folded, [before, after], axis) => foldAxis(folded, axis, before, after, x.shape[axis]!, skip),
          dy as tf.Tensor,
        ),
    };
  },
};

function foldAxis(
  dy: tf.Tensor,
  axis: number,
  before: number,
  after: number,
  size: number,
  skip: number,
): tf.Tensor {
  const part = (start: number, length: number): tf.Tensor => {
    const begin = dy.shape.map(() => 0);
    const lengths = [...dy.shape];
    begin[axis] = start;
    lengths[axis] = length;
    return tf.slice(dy, begin, lengths);
  };
  const placed = (margin: tf.Tensor, at: number): tf.Tensor => {
    const length = margin.shape[axis]!;
    const pads = dy.shape.map((_, i): [number, number] => (i === axis ? [at, size - at - length] : [0, 0]));
    return tf.pad(tf.reverse(margin, axis), pads);
  };
  let folded = part(before, size);
  if (before > 0) folded = tf.add(folded, placed(part(0, before), skip));
  if (after > 0) folded = tf.add(folded, placed(part(before + size, after), size - skip - after));
  return folded;
}
