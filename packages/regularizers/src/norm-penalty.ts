import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { isDifferentiated } from '@espalier/core/internal';

/**
 * The least norm that a gradient is divided by: below it the squares leave float32's normal range, and a zero vector
 * must get the gradient 0.
 */
const LEAST_NORM = 1e-18;

/** The coefficients of a penalty's terms; a term without one is left out. */
export interface PenaltyCoefficients {
  readonly l1?: Scalar;
  readonly l2?: Scalar;
}

/**
 * The differentiable scalar `l1 * sum(abs(w)) + l2 * sum(w^2)`, added over `weights`; with `l2Norm`, the second term is
 * `l2 * sqrt(sum(w^2))` of each.
 *
 * Its gradient is `l1 * sign(w) + 2 * l2 * w`, or `l1 * sign(w) + l2 * w / norm2(w)`, and 0 where w is 0 (`tf.abs` gives
 * -1 there, and the root of 0 NaN). One gradient for everything: two kernels per weight and term forward, two backward
 * for L1, one for L2.
 */
export function normPenalty(
  weights: readonly Tensor[],
  { l1, l2 }: PenaltyCoefficients,
  l2Norm: boolean,
): Scalar {
  const count = weights.length;
  const op = tf.customGrad((...args) => {
    const save = args.pop() as tf.GradSaveFunc;
    const inputs = args as Tensor[];
    const terms: Scalar[] = [];
    let norms: Scalar[] = [];
    if (l1) terms.push(tf.mul(total(inputs.map((w) => tf.sum(tf.abs(w)))), l1));
    if (l2) {
      const squares = inputs.map((w) => tf.sum<Scalar>(tf.square(w)));
      if (l2Norm) norms = squares.map((square) => tf.sqrt(square));
      terms.push(tf.mul(total(l2Norm ? norms : squares), l2));
    }
    // Whatever the gradient needs has to be saved: the forward pass is tidied away before the backward pass.
    save([...inputs, ...norms, ...(l1 ? [l1] : []), ...(l2 ? [l2] : [])]);
    return { value: total(terms), gradFunc: (dy, saved) => gradient(dy as Scalar, saved) };
  });
  return op(...weights) as Scalar;

  function gradient(dy: Scalar, saved: Tensor[]): Tensor[] {
    const inputs = saved.slice(0, count);
    const known = l2 && l2Norm ? saved.slice(count, 2 * count) : undefined;
    const norms = known && isDifferentiated() ? inputs.map((w) => tf.sqrt(tf.sum(tf.square(w)))) : known;
    const coefficients = saved.slice(known ? 2 * count : count);
    const slope1 = l1 && tf.mul(dy, coefficients.shift()!);
    const slope2 = l2 && tf.mul(dy, coefficients.shift()!);
    const doubled = slope2 && !norms ? tf.mul(slope2, 2) : undefined;
    return inputs.map((w, i) => {
      const parts: Tensor[] = [];
      if (slope1) parts.push(tf.mul(tf.sign(w), slope1));
      if (doubled) parts.push(tf.mul(w, doubled));
      if (slope2 && norms) parts.push(tf.mul(w, tf.div(slope2, tf.maximum(norms[i]!, LEAST_NORM))));
      return parts.length === 2 ? tf.add(parts[0]!, parts[1]!) : parts[0]!;
    });
  }
}

function total(scalars: readonly Tensor[]): Scalar {
  return scalars.reduce((sum, scalar) => tf.add(sum, scalar)) as Scalar;
}
