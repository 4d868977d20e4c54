import type { Plugin, Run } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { GoodState } from './roll-back.js';

/** Options of {@link spikeGuard}. */
export interface SpikeGuardOptions {
  /** Steps whose mean loss is the measure. A whole number >= 1, default 10. */
  readonly window?: number;
  /** Steps at the start in which nothing is a spike. A whole number >= 1, default 10. */
  readonly warmup?: number;
  /** A spike differs from the mean by at least this times |mean|. At least 0, default 2. */
  readonly relative?: number;
  /** A spike differs from the mean by at least this, in units of the loss. At least 0, default 0. */
  readonly absolute?: number;
  /**
   * `note` writes it into the run's record, `stop` ends the run early, `throw` with an error, `rollback` returns to the state before
   * the window and lowers the learning rate. Default `note`.
   */
  readonly action?: 'note' | 'stop' | 'throw' | 'rollback';
  /** Returns of `rollback` before it throws after all. A whole number >= 1, default 10. */
  readonly attempts?: number;
  /** What `rollback` multiplies the learning rate with, 0 < rateFactor <= 1. Default 0.5. */
  readonly rateFactor?: number;
  /** Default `spike-guard`. */
  readonly name?: string;
}

interface State {
  /** Losses of the last steps that were no spikes, oldest first. */
  readonly losses: readonly number[];
}

/**
 * Acts where the loss of a step jumps up, or is NaN or infinite.
 *
 * With m the mean loss of the last `window` steps that were no spikes, a loss l is a spike where it is higher than that of the step
 * before it, `|l - m| >= relative |m|` and `|l - m| >= absolute`. Steps before `warmup` never are.
 *
 * `rollback` keeps the state every `window` steps, and goes back to the last one that is more than one step old (the update just before
 * a spike may have done it): weights, slots and the tensors of plugins; the data go on, so that those batches are left behind.
 *
 * Source: PyTorch Lightning's `SpikeDetection`, which writes down which batches to leave out the next time; going back is ours.
 *
 * @returns A plugin. It reads the loss of every step; `rollback` copies the state every `window` steps.
 * @throws EspalierError `invalid-option`; during the run `execution-failed` with `action: 'throw'`, or when `attempts` are used up.
 * @example
 * ```ts
 * const guard = spikeGuard({ window: 50, action: 'rollback' });
 * ```
 */
export function spikeGuard(options: SpikeGuardOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('spike-guard', options, {
    window: option.integer({ min: 1, default: 10 }),
    warmup: option.integer({ min: 1, default: 10 }),
    relative: option.number({ min: 0, default: 2 }),
    absolute: option.number({ min: 0, default: 0 }),
    action: option.oneOf(['note', 'stop', 'throw', 'rollback'], { default: 'note' }),
    attempts: option.integer({ min: 1, default: 10 }),
    rateFactor: option.number({ min: 0, exclusiveMin: true, max: 1, default: 0.5 }),
    name: option.text({ default: 'spike-guard' }),
  });
  const { window, warmup, relative, absolute, action, attempts, rateFactor, name } = values;
  const good = action === 'rollback' ? new GoodState(name, rateFactor, attempts, 1) : undefined;
  let losses: readonly number[] = [];

  const meanLoss = (): number => losses.reduce((sum, one) => sum + one, 0) / losses.length;
  const isSpike = (loss: number): boolean => {
    if (!Number.isFinite(loss)) return true;
    if (losses.length === 0 || loss <= losses.at(-1)!) return false;
    const mean = meanLoss();
    const gap = Math.abs(loss - mean);
    return gap >= absolute && gap >= relative * Math.abs(mean);
  };
  const act = async (run: Run, loss: number): Promise<void> => {
    const mean = losses.length > 0 ? `; it was ${meanLoss()} in the ${losses.length} steps before` : '';
    const what = `the loss is ${loss} at step ${run.step}${mean}`;
    if (good) await good.restore(run, what);
    else if (action === 'note') run.note(name, what);
    else if (action === 'stop') run.stop(what);
    else throw new EspalierError({ code: 'execution-failed', scope: name, message: `${what}.` });
  };

  return {
    name,
    config,
    async onFitStart(run, saved) {
      losses = (saved?.json as Partial<State> | undefined)?.losses ?? [];
      await good?.start(
        run,
        saved && { json: (saved.json as { good?: unknown }).good, arrays: saved.arrays ?? {} },
      );
    },
    async onStepEnd(run, logs) {
      const loss = (await logs.read())['loss'];
      if (loss === undefined) return;
      if (run.step > warmup && isSpike(loss)) return act(run, loss);
      if (Number.isFinite(loss)) losses = [...losses, loss].slice(-window);
      if (run.step % window === 0) await good?.keep(run);
    },
    onFitEnd: () => good?.end(),
    saveState() {
      const { json, arrays } = good?.save() ?? {};
      return { json: { losses, ...(json !== undefined && { good: json }) }, ...(arrays && { arrays }) };
    },
  };
}
