import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../data/arrays.js';
import { traceScope } from '../engine/trace-scope.js';
import type { BoundForward } from '../model/bound-model.js';
import { ownEntry } from '../own-entry.js';
import type { Batch } from '../run/plugin.js';
import { checkOneClassEach, classWeightsOf } from './class-weights.js';
import { maskedRows, type Rows } from './masked-rows.js';
import type { OutputObjective } from './output-objective.js';

/**
 * What the sum of weighted losses is divided by: the number of `examples`, as Keras does, or the sum of their `weights`, as
 * PyTorch's weighted losses do. Without weights both are the mean.
 */
export type LossReduction = 'examples' | 'weights';

/** Keeps a batch of examples that all weigh nothing from dividing 0 by 0. */
export const MIN_WEIGHT = 1e-30;

/**
 * The mean data loss of a batch by output, times its weight, and its sums for totals: `loss/<output>`, and `weight/<output>` where it is divided by weights.
 *
 * @param forward Outputs, and the masks of those that are sequences: steps that are masked count nowhere.
 * @param classTargets `[N]` labels or `[N, C]` one-hot by output, which class weights go by.
 */
export function lossTerms(
  objectives: readonly OutputObjective[],
  { outputs, masks = {} }: Pick<BoundForward, 'outputs' | 'masks'>,
  batch: Batch,
  classTargets: Tensors,
  reduction: LossReduction,
): { readonly sums: Record<string, tf.Tensor>; readonly losses: Record<string, tf.Scalar> } {
  const sums: Record<string, tf.Tensor> = {};
  const losses: Record<string, tf.Scalar> = {};
  for (const { output, loss, lossWeight, classWeights } of objectives) {
    losses[output] = traceScope(`loss ${loss.name}`, () => {
      const mask = ownEntry(masks, output);
      const rowsOf = (targets: tf.Tensor): Rows => {
        const rows = { outputs: outputs[output]!, targets, weights: ownEntry(batch.weights, output) };
        return mask ? maskedRows(rows, mask) : rows;
      };
      const rows = rowsOf(batch.targets[output]!);
      const perExample = loss.perExample(rows.outputs, rows.targets);
      const classes = classWeights && rowsOf(classTargets[output]!);
      if (classes) checkOneClassEach(output, loss, classes);
      const ofClasses = classes && classWeightsOf(classes.targets, classWeights);
      const given = rows.weights;
      const weights = given && ofClasses ? tf.mul(given, ofClasses) : (given ?? ofClasses);
      const sum = tf.sum(weights ? tf.mul(perExample, weights) : perExample);
      sums[`loss/${output}`] = sum;
      const counts = loss.counts?.(rows.outputs, rows.targets);
      const counting = reduction === 'weights' ? weights : mask && tf.reshape(mask, [-1]);
      const counted = counts && counting ? tf.mul(counts, counting) : (counts ?? counting);
      if (counted) sums[`weight/${output}`] = tf.sum(counted);
      const total = sums[`weight/${output}`];
      const mean = total ? tf.div(sum, tf.maximum(total, MIN_WEIGHT)) : tf.mul(sum, 1 / perExample.shape[0]);
      return (lossWeight === 1 ? mean : tf.mul(mean, lossWeight)) as tf.Scalar;
    });
  }
  return { sums, losses };
}

/** The losses of all outputs, added. */
export function totalLoss(losses: Readonly<Record<string, tf.Scalar>>): tf.Scalar {
  const terms = Object.values(losses);
  return terms.length === 1 ? terms[0]! : (tf.addN(terms) as tf.Scalar);
}
