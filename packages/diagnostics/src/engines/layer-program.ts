import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Loss, StepProgram, Tensors, TrainableModel } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import {
  bindModel,
  lossTerms,
  totalLoss,
  observeLayers,
  resolveObjectives,
  toHostArrays,
  valueAndGradients,
} from '@espalier/core/internal';
import type { GivenBatch } from '../given-arrays.js';
import { checkedBatch } from '../checked-batch.js';
import { applicationName } from '../layers/run-layers.js';

/** Prefixes of what the program takes and gives. */
export const FORWARD = 'forward/';
export const GRADIENT = 'gradient/';
export const LOSS = 'loss';

/** A program whose `predict` gives what each layer gives, the loss, and the gradient of each trained parameter. */
export interface LayerProgram {
  readonly program: StepProgram;
  /** The model's weights, as the state that the program starts from. */
  readonly state: HostArrays;
  /** The batch, as what `predict` takes. */
  readonly arrays: HostArrays;
}

/** @param training Whether layers behave as in training; the random numbers are then those of the engine's seed. */
export async function layerProgram(
  scope: string,
  model: TrainableModel,
  loss: Loss | Readonly<Record<string, Loss>>,
  batch: GivenBatch,
  training = false,
): Promise<LayerProgram> {
  const bound = bindModel(model);
  const objectives = resolveObjectives(bound, loss, {}, []);
  const trainable = new Set(bound.trainable());
  const weights = await toHostArrays(bound.weights());
  const state = Object.fromEntries(
    Object.entries(weights).map(([name, array]) => [
      `${trainable.has(name) ? 'parameters' : 'variables'}/${name}`,
      array,
    ]),
  );
  const given = await checkedBatch(scope, 'batch', batch, bound, objectives);
  const arrays: HostArrays = {
    ...prefixed('input/', given.inputs),
    ...prefixed('target/', given.targets),
    ...(given.weights && prefixed('weight/', given.weights)),
  };

  const program: StepProgram = {
    predict(now, arraysNow, given) {
      const step = { ...given, training };
      const parameters = group(now, 'parameters/');
      const inputs = group(arraysNow, 'input/');
      const targets = group(arraysNow, 'target/');
      const counts = group(arraysNow, 'weight/');
      const asBatch = { inputs, targets, ...(Object.keys(counts).length > 0 && { weights: counts }) };
      // A layer's output is gone when the model has run, where no gradient needs it.
      const kept: tf.Tensor[] = [];
      const run = () =>
        valueAndGradients(() => {
          const seen: Record<string, tf.Tensor> = {};
          const applied = new Map<string, number>();
          const all = { ...parameters, ...group(now, 'variables/') };
          const forward = observeLayers(
            ({ name }, output) => {
              const times = (applied.get(name) ?? 0) + 1;
              applied.set(name, times);
              kept.push((seen[FORWARD + applicationName(name, times)] = tf.keep(tf.clone(output))));
            },
            () => bound.forward(inputs, all, step),
          );
          try {
            const mean = totalLoss(lossTerms(objectives, forward, asBatch, targets, 'examples').losses);
            const own = bound.penalty?.(all);
            const value = own ? (tf.add(mean, own) as tf.Scalar) : mean;
            // A function of tensors has no layers; its outputs stand for them.
            const outputsSeen = Object.keys(seen).length > 0 ? {} : prefixed(FORWARD, forward.outputs);
            return { value, aux: { ...seen, ...outputsSeen, [LOSS]: value } };
          } finally {
            forward.release?.();
          }
        }, parameters);
      try {
        const { gradients, aux } = run();
        const outputs = Object.entries(aux).map(([name, tensor]) => [name, tf.clone(tensor)] as const);
        return { ...Object.fromEntries(outputs), ...prefixed(GRADIENT, gradients) };
      } finally {
        tf.dispose(kept);
      }
    },
    train: notHere,
    accumulate: notHere,
    evaluate: notHere,
    penalties: notHere,
    version: () => [...trainable].join(),
  };
  return { program, state, arrays };
}

function notHere(): never {
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'diagnostics',
    message: 'this program computes layers and gradients; it does not train.',
  });
}

function prefixed<T>(prefix: string, tensors: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

function group(tensors: Tensors, prefix: string): Record<string, tf.Tensor> {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
