import * as tf from '@tensorflow/tfjs-core';
import type { Loss, TrainableModel } from '@espalier/core';
import {
  bindModel,
  lossTerms,
  totalLoss,
  resolveObjectives,
  toHostArrays,
  valueAndGradients,
} from '@espalier/core/internal';
import type { HostArrays, Tensors } from '@espalier/core';
import type { GivenBatch } from '../given-arrays.js';
import { checkedBatch, tensorsOf } from '../checked-batch.js';
import { examplesOf } from '../given-arrays.js';
import { quietStep } from '../quiet-step.js';
import { withPattern } from './kinks.js';
import type { Probed } from './numeric-gradient.js';

/** The objective of a model on one batch: its mean loss and its own penalties, training on. */
export interface Objective {
  /** Trained parameters, as the model holds them. They stay its own. */
  readonly parameters: Tensors;
  /** The objective with other values of some parameters, float32, and the piece of it that they lie on. */
  probe(changed: Tensors): Probed;
  /** By back-propagation; a parameter that the objective does not depend on has none. */
  gradients(): Promise<HostArrays>;
  dispose(): void;
}

/** @throws EspalierError for a model, loss or batch that do not fit each other. */
export async function batchObjective(
  scope: string,
  model: TrainableModel,
  loss: Loss | Readonly<Record<string, Loss>>,
  batch: GivenBatch,
  seed: number,
): Promise<Objective> {
  const bound = bindModel(model);
  const objectives = resolveObjectives(bound, loss, {}, []);
  const arrays = await checkedBatch(scope, 'batch', batch, bound, objectives);
  const [inputs, targets] = [tensorsOf(arrays.inputs), tensorsOf(arrays.targets)];
  const weights = arrays.weights && tensorsOf(arrays.weights);
  const step = quietStep({ training: true, seed, examples: examplesOf(inputs) });
  const all = bound.weights();
  const parameters = Object.fromEntries(bound.trainable().map((name) => [name, all[name]!]));
  const asBatch = { inputs, targets, ...(weights && { weights }) };

  const scalar = (changed: Tensors): tf.Scalar => {
    const now = { ...all, ...changed };
    const forward = bound.forward(inputs, now, step);
    try {
      const mean = totalLoss(lossTerms(objectives, forward, asBatch, targets, 'examples').losses);
      const own = bound.penalty?.(now);
      return own ? tf.add(mean, own) : mean;
    } finally {
      forward.release?.();
    }
  };
  return {
    parameters,
    probe(changed) {
      const { result, pattern } = withPattern(() => tf.tidy(() => scalar(changed)));
      const [value] = result.dataSync();
      result.dispose();
      return { value: value!, pattern };
    },
    async gradients() {
      const found = tf.tidy(
        () =>
          valueAndGradients(() => ({ value: scalar({}), aux: {} }), parameters).gradients as Record<
            string,
            tf.Tensor
          >,
      );
      try {
        return await toHostArrays(found);
      } finally {
        tf.dispose(found);
      }
    },
    dispose: () => void tf.dispose([inputs, targets, weights ?? {}]),
  };
}
