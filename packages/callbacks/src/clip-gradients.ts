import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, StepContext, Tensors } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';

/** Options of {@link clipGradients}: exactly one of `value`, `norm`, `globalNorm`. */
export interface ClipGradientsOptions {
  /** Largest absolute value of any element. Greater than 0. */
  readonly value?: number;
  /** Largest L2 norm of each parameter's gradient. Greater than 0. */
  readonly norm?: number;
  /** Largest L2 norm of all gradients taken together. Greater than 0. */
  readonly globalNorm?: number;
  /** Default `clip-gradients`. */
  readonly name?: string;
}

/** Name of the tap that holds the L2 norm of all gradients before clipping. */
const GRADIENT_NORM = 'gradient_norm';
/** PyTorch adds this to the norm, lest it divide by zero. */
const TORCH_EPSILON = 1e-6;

/**
 * Bounds the gradients of each step before the optimizer sees them.
 *
 * With g the gradient of one parameter, and |g| its L2 norm:
 * - `value` c: `min(max(g, -c), c)`, element by element, as Keras's `clipvalue`;
 * - `norm` c: `g c / max(|g|, c)` for each parameter on its own, as Keras's `clipnorm`;
 * - `globalNorm` c: `g min(1, c / (n + 1e-6))`, where `n = sqrt(sum of |g|^2 over all parameters)`, as PyTorch's
 *   `clip_grad_norm_`.
 *
 * NaN stays NaN, so that {@link nanGuard} and the loss still show it: one NaN element stays one with `value`, and makes
 * the whole gradient NaN with `norm` (of its parameter) and `globalNorm` (of all).
 *
 * With `norm` and `globalNorm` the norm of all gradients before clipping is offered as the tap `gradient_norm`, a scalar.
 *
 * Cost per step with P parameters: 3 P kernels over the gradients (2 P reading, P writing) and about as many on scalars.
 * A norm overflows float32 beyond 1e19; the finite gradients are then scaled to zero, as in PyTorch.
 *
 * @returns A plugin without state. The tensors belong to the step.
 * @throws EspalierError `invalid-option` unless exactly one bound is given, a finite number > 0.
 * @example
 * ```ts
 * const clipping = clipGradients({ globalNorm: 1 });
 * ```
 */
export function clipGradients(options: ClipGradientsOptions): Plugin<never, never> {
  const bound = option.number({ min: 0, exclusiveMin: true, optional: true });
  const { values, config } = readOptions('clip-gradients', options, {
    value: bound,
    norm: bound,
    globalNorm: bound,
    name: option.text({ default: 'clip-gradients' }),
  });
  const { name, ...bounds } = values;
  const given = Object.entries(bounds) as [keyof typeof bounds, number][];
  if (given.length !== 1) {
    const got = given.map(([one]) => one).join(' and ') || 'none of them';
    checkOptions('clip-gradients').fail('options', 'exactly one of value, norm, globalNorm', got);
  }
  const [kind, limit] = given[0]!;
  const clip = { value: clipByValue, norm: clipByNorm, globalNorm: clipByGlobalNorm }[kind];
  return {
    name,
    config,
    transformGradients: (gradients, _parameters, step) => clip(gradients, limit, step),
  };
}

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
