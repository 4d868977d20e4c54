import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Run, Tensors } from '@espalier/core';
import { countPruned, masked } from './smallest-pruned.js';

type MaskHooks = Required<
  Pick<
    Plugin,
    'stepState' | 'transformGradients' | 'transformParameters' | 'evaluationParameters' | 'onFitEnd'
  >
>;

/**
 * The hooks of a plugin that keeps weights at 0: its step state has a mask for each parameter, 1 where a weight is kept.
 *
 * @param init The masks that a run starts with.
 */
export function maskHooks(name: string, init: (parameters: Tensors) => Record<string, tf.Tensor>): MaskHooks {
  return {
    stepState: { init, update: (masks) => masks },
    transformGradients: (gradients, _parameters, _step, masks = {}) => times(gradients, masks),
    transformParameters: (parameters, _previous, _step, masks = {}) => times(parameters, masks),
    evaluationParameters: (parameters, masks) => times(parameters, masks),
    async onFitEnd(run, status) {
      if (status === 'failed') return;
      const changed = await applyMasks(run, name);
      if (changed > 0)
        run.note(
          name,
          `the weights that another plugin ended the run with were not pruned: set ${changed} of them to 0`,
        );
    },
  };
}

/** Sets the run's pruned weights to 0. Gives how many were not. */
export async function applyMasks(run: Run, name: string): Promise<number> {
  const [weights, masks] = [await run.getWeights(), await run.stepState(name)];
  const { weights: next, changed } = masked(weights, masks);
  if (changed > 0) await run.setWeights(next);
  return changed;
}

/** `12 of 40 weights (30.0 %)`. */
export function describePruned(masks: Parameters<typeof countPruned>[0]): string {
  const { all, pruned } = countPruned(masks);
  return `${pruned} of ${all} weights (${((100 * pruned) / all).toFixed(1)} %)`;
}

function times(tensors: Tensors, masks: Tensors): Record<string, tf.Tensor> {
  const next: Record<string, tf.Tensor> = { ...tensors };
  for (const [name, mask] of Object.entries(masks)) if (next[name]) next[name] = tf.mul(next[name], mask);
  return next;
}
