import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../data/arrays.js';
import { prepareTfjs } from '../engine/prepare-tfjs.js';
import { releaseTape } from '../engine/tfjs-internals.js';

/** What a differentiated function gives: the value, and tensors that are wanted beside it. */
export interface Differentiable {
  readonly value: tf.Scalar;
  readonly aux: Tensors;
}

/**
 * Value, gradients and auxiliary tensors of `f` at `parameters`, in one forward and one backward pass.
 *
 * A parameter that the value does not depend on has no entry in `gradients`. When `f` or a gradient throws, nothing stays behind:
 * the tape of TensorFlow.js keeps tensors beyond any `tidy`, and they are disposed here.
 *
 * Call inside `tf.tidy`; all results belong to the caller's scope.
 */
export function valueAndGradients(
  f: () => Differentiable,
  parameters: Tensors,
): Differentiable & { readonly gradients: Tensors } {
  prepareTfjs();
  const names = Object.keys(parameters);
  const kept: tf.Tensor[] = [];
  const aux: Record<string, tf.Tensor> = {};
  const forward = (): tf.Scalar => {
    const result = f();
    for (const [name, tensor] of Object.entries(result.aux)) {
      kept.push((aux[name] = tf.keep(tf.clone(tensor))));
    }
    return result.value;
  };
  try {
    if (names.length === 0) return { ...f(), gradients: {} };
    const { value, grads } = tf.engine().gradients(
      forward,
      names.map((name) => parameters[name]!),
      undefined,
      true,
    );
    const gradients: Record<string, tf.Tensor> = {};
    names.forEach((name, i) => {
      // The engine's type says Tensor; it is undefined where the value does not depend on the parameter.
      const gradient = grads[i] as tf.Tensor | undefined;
      if (gradient) gradients[name] = gradient;
    });
    return { value: value as tf.Scalar, gradients, aux: mapTensors(aux, (tensor) => tf.clone(tensor)) };
  } catch (error) {
    releaseTape();
    throw error;
  } finally {
    for (const tensor of kept) tensor.dispose();
  }
}

/** Applies `f` to every tensor of a record. */
export function mapTensors(
  tensors: Tensors,
  f: (tensor: tf.Tensor, name: string) => tf.Tensor,
): Record<string, tf.Tensor> {
  const mapped: Record<string, tf.Tensor> = {};
  for (const name of Object.keys(tensors)) mapped[name] = f(tensors[name]!, name);
  return mapped;
}
