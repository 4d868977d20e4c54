import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, StepContext, Tensors } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { axesIntoUnit } from '@espalier/core/internal';

/** Options of {@link clipGradients}: exactly one of `value`, `norm`, `globalNorm`, `adaptive`, `blockRms`. */
export interface ClipGradientsOptions {
  /** Largest absolute value of any element. Greater than 0. */
  readonly value?: number;
  /** Largest L2 norm of each parameter's gradient. Greater than 0. */
  readonly norm?: number;
  /** Largest L2 norm of all gradients taken together. Greater than 0. */
  readonly globalNorm?: number;
  /** Largest L2 norm of each unit's gradient as a share of the norm of its weights. Greater than 0; 0.01 is usual. */
  readonly adaptive?: number;
  /** Largest root mean square of each parameter's gradient. Greater than 0. */
  readonly blockRms?: number;
  /** With `adaptive`, the norm that a unit's weights count for at least, so that weights of 0 can move. Greater than 0, default 1e-3. */
  readonly epsilon?: number;
  /** Default `clip-gradients`. */
  readonly name?: string;
}

/** Name of the tap that holds the L2 norm of all gradients before clipping. */
const GRADIENT_NORM = 'gradient_norm';
/** PyTorch adds this to the norm, so as not to divide by zero. */
const TORCH_EPSILON = 1e-6;
/** optax's least norm of a unit's weights. */
const DEFAULT_EPSILON = 1e-3;

/**
 * Bounds the gradients of each step before the optimizer sees them.
 *
 * With g the gradient of one parameter, and |g| its L2 norm:
 * - `value` c: `min(max(g, -c), c)`, element by element, as Keras's `clipvalue`;
 * - `norm` c: `g c / max(|g|, c)` for each parameter on its own, as Keras's `clipnorm`;
 * - `globalNorm` c: `g min(1, c / (n + 1e-6))`, where `n = sqrt(sum of |g|^2 over all parameters)`, as PyTorch's
 *   `clip_grad_norm_`;
 * - `adaptive` c: `g min(1, c max(|w|, epsilon) / |g|)` for the weights w into each unit, as optax's `adaptive_grad_clip`. Units lie
 *   along the last axis (of a `depthwise_kernel` the last two, of a `transposed_kernel` the last but one); a vector is one unit;
 * - `blockRms` c: `g min(1, c / rms)` for each parameter, `rms = sqrt(mean(g^2))`, as optax's `clip_by_block_rms`.
 *
 * NaN stays NaN, so that {@link nanGuard} and the loss still show it: one NaN element stays one with `value`, and makes
 * the whole gradient NaN with `norm` and `blockRms` (of its parameter), `adaptive` (of its unit) and `globalNorm` (of all).
 *
 * With `norm` and `globalNorm` the norm of all gradients before clipping is offered as the tap `gradient_norm`, a scalar.
 *
 * Cost per step with P parameters: 3 P kernels over the gradients (2 P reading, P writing) and about as many on scalars; `adaptive` reads the weights
 * too.
 * A norm overflows float32 beyond 1e19; the finite gradients are then scaled to zero, as in PyTorch.
 *
 * @returns A plugin without state. The tensors belong to the step.
 * @throws EspalierError `invalid-option` unless exactly one bound is given, a finite number > 0; for `epsilon` without `adaptive`.
 * @example
 * ```ts
 * const clipping = clipGradients({ globalNorm: 1 });
 * const byUnit = clipGradients({ adaptive: 0.01 });
 * ```
 * @see Brock et al., High-performance large-scale image recognition without normalization, 2021, equation 3, for `adaptive`.
 */
export function clipGradients(options: ClipGradientsOptions): Plugin<never, never> {
  const bound = option.number({ min: 0, exclusiveMin: true, optional: true });
  const { values, config } = readOptions('clip-gradients', options, {
    value: bound,
    norm: bound,
    globalNorm: bound,
    adaptive: bound,
    blockRms: bound,
    epsilon: bound,
    name: option.text({ default: 'clip-gradients' }),
  });
  const { name, epsilon, ...bounds } = values;
  const given = Object.entries(bounds) as [keyof typeof bounds, number][];
  const check = checkOptions('clip-gradients');
  if (given.length !== 1) {
    const got = given.map(([one]) => one).join(' and ') || 'none of them';
    check.fail('options', 'exactly one of value, norm, globalNorm, adaptive, blockRms', got);
  }
  const [kind, limit] = given[0]!;
  if (epsilon !== undefined && kind !== 'adaptive')
    check.fail('epsilon', `left out with ${kind}; adaptive has one`, epsilon);
  const clip: Record<keyof typeof bounds, Clip> = {
    value: clipByValue,
    norm: clipByNorm,
    globalNorm: clipByGlobalNorm,
    adaptive: (gradients, bound, _step, parameters) =>
      clipByWeights(gradients, bound, parameters, epsilon ?? DEFAULT_EPSILON),
    blockRms: clipByBlockRms,
  };
  return {
    name,
    config,
    transformGradients: (gradients, parameters, step) => clip[kind](gradients, limit, step, parameters),
  };
}

type Clip = (gradients: Tensors, bound: number, step: StepContext, parameters: Tensors) => Tensors;

function clipByValue(gradients: Tensors, bound: number): Tensors {
  // ClipByValue turns a NaN into -bound on the wasm backend.
  return map(gradients, (gradient) =>
    tf.where(tf.isNaN(gradient), gradient, tf.clipByValue(gradient, -bound, bound)),
  );
}

function clipByNorm(gradients: Tensors, bound: number, step: StepContext): Tensors {
  const squares = squaredNorms(gradients);
  tapNorm(Object.values(squares), step);
  return map(gradients, (gradient, name) => {
    const norm = tf.sqrt(squares[name]!);
    return tf.mul(gradient, atMostOne(tf.div(bound, norm)));
  });
}

function clipByGlobalNorm(gradients: Tensors, bound: number, step: StepContext): Tensors {
  const norm = tapNorm(Object.values(squaredNorms(gradients)), step);
  const coefficient = atMostOne(tf.div(bound, tf.add(norm, TORCH_EPSILON)));
  return map(gradients, (gradient) => tf.mul(gradient, coefficient));
}

function clipByWeights(gradients: Tensors, bound: number, parameters: Tensors, epsilon: number): Tensors {
  return map(gradients, (gradient, name) => {
    const axes = axesIntoUnit(name, gradient.rank);
    const norm = (x: tf.Tensor): tf.Tensor => tf.sqrt(tf.sum(tf.square(x), axes, true));
    const limit = tf.mul(tf.maximum(norm(parameters[name]!), epsilon), bound);
    return tf.mul(gradient, atMostOne(tf.div(limit, norm(gradient))));
  });
}

function clipByBlockRms(gradients: Tensors, bound: number): Tensors {
  return map(gradients, (gradient) =>
    tf.mul(gradient, atMostOne(tf.div(bound, tf.sqrt(tf.mean(tf.square(gradient)))))),
  );
}

/** min(1, x) that keeps NaN on every backend: a comparison with NaN is false. */
function atMostOne(x: tf.Tensor): tf.Tensor {
  return tf.where(tf.greaterEqual(x, 1), tf.onesLike(x), x);
}

function tapNorm(squares: readonly tf.Tensor[], step: StepContext): tf.Tensor {
  const norm = tf.sqrt(tf.sum(tf.stack([...squares])));
  step.tap(GRADIENT_NORM, norm);
  return norm;
}

function squaredNorms(gradients: Tensors): Record<string, tf.Tensor> {
  return map(gradients, (gradient) => tf.sum(tf.square(gradient)));
}

function map(tensors: Tensors, f: (tensor: tf.Tensor, name: string) => tf.Tensor): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor, name)]));
}
