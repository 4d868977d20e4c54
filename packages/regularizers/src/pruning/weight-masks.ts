import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Plugin } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { applyMasks, describePruned, maskHooks } from './mask-hooks.js';

/** Options of {@link weightMasks}. */
export interface WeightMasksOptions {
  /** A mask for each parameter that has one, of its shape: 0 where a weight is to be 0, 1 elsewhere. At least one. */
  readonly masks: HostArrays;
  /** Default `weight-masks`. */
  readonly name?: string;
}

/**
 * Keeps weights at 0 by masks that are given: those of {@link lotteryTicket}, of another run (`run.stepState('magnitude-pruning')`), or
 * of one's own.
 *
 * The weights are masked when the run begins, before its first step; gradients before the optimizer, weights after it, and those that
 * the run ends with, as {@link magnitudePruning} does.
 *
 * As `torch.nn.utils.prune.custom_from_mask`.
 *
 * @returns A plugin with the masks in the state of the step. Two kernels for each masked parameter a step.
 * @throws EspalierError `invalid-option`; in a run where a parameter does not exist or has another shape.
 * @example
 * ```ts
 * const masks = { 'output/kernel': { data: Float32Array.of(1, 0, 0, 1), shape: [2, 2], dtype: 'float32' } } as const;
 * const plugin = weightMasks({ masks });
 * ```
 */
export function weightMasks(options: WeightMasksOptions): Plugin<never, never> {
  const { values, config } = readOptions('weight-masks', options, {
    masks: option.custom<HostArrays>({
      expected: 'arrays of 0 and 1 by parameter name, { data, shape, dtype }',
      accepts: areMasks,
      toJson: (masks) =>
        Object.fromEntries(Object.entries(masks).map(([key, mask]) => [key, describePruned({ key: mask })])),
    }),
    name: option.text({ default: 'weight-masks' }),
  });
  const { masks, name } = values;
  return {
    name,
    config,
    ...maskHooks(name, (parameters) =>
      Object.fromEntries(
        Object.entries(masks).map(([key, { data, shape }]) => {
          if (parameters[key]?.shape.join() !== shape.join()) {
            const known = Object.entries(parameters).map(([own, one]) => `${own} [${one.shape.join(', ')}]`);
            checkOptions(name).fail(
              'masks',
              `of parameters that are trained: ${known.join(', ')}`,
              `${key} [${shape.join(', ')}]`,
            );
          }
          return [key, tf.tensor(Float32Array.from(data), [...shape], 'float32')];
        }),
      ),
    ),
    async onFitStart(run) {
      await applyMasks(run, name);
    },
  };
}

function areMasks(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const masks = Object.values(value as Record<string, Partial<HostArrays[string]> | null>);
  return (
    masks.length > 0 &&
    masks.every((mask) => {
      if (!ArrayBuffer.isView(mask?.data) || !Array.isArray(mask.shape)) return false;
      const size = (mask.shape as number[]).reduce((product, length) => product * length, 1);
      return (
        mask.data.length === size && Array.prototype.every.call(mask.data, (one) => one === 0 || one === 1)
      );
    })
  );
}
