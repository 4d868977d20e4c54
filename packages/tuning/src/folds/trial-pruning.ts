import type { Plugin } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { Trial } from '../study/trial.js';

/** Options of {@link trialPruning}. */
export interface TrialPruningOptions<M extends string = string> {
  /** The metric that is told of after each epoch. Default `val_loss`. */
  readonly monitor?: M;
  /** The fold that is trained on, from 0, where there are folds. */
  readonly fold?: number;
  /** Keeps a checkpoint of the run in the trial after so many epochs, >= 1. Default: none is kept. */
  readonly checkpointEvery?: number;
}

/**
 * Tells a trial of each epoch, and stops the run when the trial is pruned; the study then records it as pruned.
 *
 * With `checkpointEvery`, an interrupted trial goes on from its last checkpoint: give
 * `resumeFrom: await trial.loadCheckpoint()` to `fit`.
 *
 * @returns A plugin. An epoch costs one report; a checkpoint costs a copy of the state and a write of its bytes.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const study = await createStudy({
 *   space: space({ learningRate: float(1e-4, 1e-1, { log: true }) }),
 *   pruner: medianPruner(),
 * });
 * await study.optimize(
 *   async (trial) => {
 *     const trainer = new Trainer({ model, loss, optimizer, plugins: [trialPruning(trial)], seed: trial.seed });
 *     const record = await trainer.fit(train, { epochs: 20, validation, signal: trial.signal });
 *     return record.epochs.at(-1)!.val_loss!;
 *   },
 *   { trials: 20 },
 * );
 * ```
 */
export function trialPruning<const M extends string = 'val_loss'>(
  trial: Pick<Trial<unknown>, 'report' | 'saveCheckpoint'>,
  options: TrialPruningOptions<M> = {},
): Plugin<M, never> {
  const { values, config } = readOptions<TrialPruningOptions, typeof rules>('trial-pruning', options, rules);
  const { monitor, fold, checkpointEvery } = values;
  return {
    name: 'trial-pruning',
    // After the others, so that their state of the same epoch is in the checkpoint.
    enforce: 'post',
    config,
    monitors: [monitor as M],
    async onEpochEnd(run, logs) {
      const place = { step: run.epoch, ...(fold !== undefined && { fold }) };
      const value = logs[monitor];
      if (value !== undefined && (await trial.report(value, place))) {
        // Without a checkpoint of this epoch: a resumed trial trains it again, and is pruned again.
        run.stop(`pruned after epoch ${run.epoch}: ${monitor} ${value}`);
        return;
      }
      if (checkpointEvery !== undefined && (run.epoch + 1) % checkpointEvery === 0)
        await trial.saveCheckpoint(await run.checkpoint());
    },
  };
}

const rules = {
  monitor: option.text({ default: 'val_loss' }),
  fold: option.integer({ min: 0, optional: true }),
  checkpointEvery: option.integer({ min: 1, optional: true }),
};
