import * as tf from '@tensorflow/tfjs-core';

/** The values of an activation beyond which it is saturated. */
export interface Saturation {
  readonly low: number;
  readonly high: number;
}

/** Within 2 % of a bound, sigmoid and tanh have a slope under a tenth of their largest. */
const MARGIN = 0.02;

const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  tanh: [-1, 1],
  hardTanh: [-1, 1],
  softsign: [-1, 1],
};

/** The values that activations of one bound have where their slope is 0. */
const FLOORS: Readonly<Record<string, number>> = {
  relu: 0,
  relu6: 0,
  thresholdedRelu: 0,
  // Their slope is what lies above the floor.
  elu: -1,
  selu: -1.0507009873554805 * 1.6732632423543772,
};

/** Where an activation saturates; `undefined` for one without two bounds. */
export function saturationOf(activation: string | undefined): Saturation | undefined {
  const bounds = activation === undefined ? undefined : BOUNDS[activation];
  if (!bounds) return undefined;
  const [from, to] = bounds;
  return { low: from + MARGIN * (to - from), high: to - MARGIN * (to - from) };
}

/** Whether the units of an activation can be told to be dead, to be saturated, or neither. */
export function unitKind(activation: string | null | undefined): 'cut' | 'bounded' | undefined {
  if (activation === undefined || activation === null) return undefined;
  if (FLOORS[activation] !== undefined) return 'cut';
  return BOUNDS[activation] ? 'bounded' : undefined;
}

/** A `room` below this is within {@link MARGIN} of a bound. */
export const SATURATED_ROOM = 2 * MARGIN;

/** What a dead unit gives: the floor of an activation that cuts. */
export function floorOf(activation: string | null): number | undefined {
  return FLOORS[activation ?? ''];
}

/** The largest `room` of a dead unit: none above a floor of 0, which is reached; above others, which are neared, the {@link MARGIN}. */
export function deadRoom(activation: string): number {
  return floorOf(activation) === 0 ? 0 : MARGIN;
}

/** What a step has of a layer's units. */
export interface UnitFigures {
  /**
   * `[U]`, how far from where its slope is 0 each unit came at most: of an activation that cuts its largest value above the floor, at
   * most 1; of a bounded one the distance from the nearer bound, 1 at the centre.
   */
  readonly room: tf.Tensor1D;
  /** Share of values within 2 % of a bound; 0 where there are none. */
  readonly saturated: tf.Scalar;
}

/** Figures of an output `[N, ..., U]` as tensors; `undefined` for an activation of neither kind. */
export function unitFigures(output: tf.Tensor, activation: string | undefined): UnitFigures | undefined {
  const kind = unitKind(activation);
  if (!kind || output.rank < 2) return undefined;
  const axes = Array.from({ length: output.rank - 1 }, (_, axis) => axis);
  if (kind === 'cut') {
    const [largest, floor] = [tf.max<tf.Tensor1D>(output, axes), FLOORS[activation!]!];
    const above = floor === 0 ? largest : tf.sub<tf.Tensor1D>(largest, floor);
    return { room: tf.clipByValue(above, 0, 1), saturated: tf.scalar(0) };
  }
  const [from, to] = BOUNDS[activation!]!;
  const fromCentre = tf.abs(tf.mul(tf.sub(output, (from + to) / 2), 2 / (to - from)));
  const room = tf.sub(1, fromCentre);
  return {
    room: tf.max<tf.Tensor1D>(room, axes),
    saturated: tf.mean<tf.Scalar>(tf.cast(tf.less(room, SATURATED_ROOM), 'float32')),
  };
}
