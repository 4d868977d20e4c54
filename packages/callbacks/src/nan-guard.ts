import * as tf from '@tensorflow/tfjs-core';
import type { EpochLogs, Plugin, Run, StepLogs, Tensors } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { GoodState } from './roll-back.js';

/** Options of {@link nanGuard}. */
export interface NanGuardOptions {
  /** Look after every so many steps, and at the end of each epoch. A whole number >= 1, default 50. */
  readonly everySteps?: number;
  /**
   * `throw` ends the run with an error, `stop` ends it early, `skip` leaves out steps with such numbers, `rollback` returns to the
   * last good state and lowers the learning rate. Default `throw`.
   */
  readonly action?: 'throw' | 'stop' | 'skip' | 'rollback';
  /** Look at the gradients, too, and name the parameter; `skip` always does. Default false. */
  readonly gradients?: boolean;
  /** Steps in a row that `skip` leaves out, or returns of `rollback`, before it throws after all. A whole number >= 1, default 10. */
  readonly attempts?: number;
  /** What `rollback` multiplies the learning rate with, 0 < rateFactor <= 1. Default 0.5. */
  readonly rateFactor?: number;
  /** Default `nan-guard`. */
  readonly name?: string;
}

const ADVICE = 'lower the learning rate, clip the gradients, or look for infinite values in the data';

/**
 * Ends, or repairs, a run whose loss has become NaN or infinite.
 *
 * It reads the loss over the epoch so far, which keeps the trace of every step: with `everySteps: 50` nothing is missed,
 * it is only seen up to 49 steps late. With 1, the step is named exactly.
 *
 * - `skip`: inside the step; where the loss or a gradient, as the optimizer gets it, has a number that is not finite, nothing is
 *   changed: parameters, slots, running averages and the state of plugins stay, and the step's numbers are in no total. The count of
 *   steps goes on, by which schedules and bias corrections go. As `apply_if_finite` of optax, which throws nothing and lets the
 *   update through after so many.
 * - `rollback`: every `everySteps` steps a state in which all numbers are finite is kept in memory; where the loss (or a gradient) is
 *   not, weights, slots and the tensors of plugins go back to it, the data go on, and the rate is multiplied with `rateFactor`.
 *   Checkpoints hold the kept state, too.
 *
 * What it does is noted in the run's record.
 *
 * @returns A plugin. It costs one read of the running loss every `everySteps` steps; `gradients` and `skip` five kernels for each
 *   parameter a step, `skip` one more for each tensor of the state; `rollback` a copy of the state every `everySteps` steps.
 * @throws EspalierError `invalid-option`; during the run `execution-failed` with `action: 'throw'`, or when `attempts` are used up.
 * @example
 * ```ts
 * const guard = nanGuard({ everySteps: 10, action: 'stop' });
 * const repairing = nanGuard({ everySteps: 100, action: 'rollback', rateFactor: 0.3 });
 * ```
 */
export function nanGuard(options: NanGuardOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('nan-guard', options, {
    everySteps: option.integer({ min: 1, default: 50 }),
    action: option.oneOf(['throw', 'stop', 'skip', 'rollback'], { default: 'throw' }),
    gradients: option.boolean({ default: false }),
    attempts: option.integer({ min: 1, default: 10 }),
    rateFactor: option.number({ min: 0, exclusiveMin: true, max: 1, default: 0.5 }),
    name: option.text({ default: 'nan-guard' }),
  });
  const { everySteps, action, attempts, rateFactor, name } = values;
  const fail = (message: string): never => {
    throw new EspalierError({ code: 'execution-failed', scope: name, message: `${message}; ${ADVICE}.` });
  };
  if (action === 'skip') return { name, config, ...skipping(name, attempts, fail) };

  const good = action === 'rollback' ? new GoodState(name, rateFactor, attempts) : undefined;
  const guard = async (run: Run, logs: EpochLogs): Promise<void> => {
    const found = [badNumber(logs), values.gradients ? badGradient(await run.stepState(name)) : undefined];
    const what = found.filter((one) => one !== undefined).join('; ') || undefined;
    const at = `at step ${run.step} of epoch ${run.epoch}`;
    if (good) {
      if (what === undefined && (await good.keep(run))) return;
      await good.restore(run, what === undefined ? `a weight or slot is not finite ${at}` : `${what} ${at}`);
    } else if (what !== undefined) {
      if (action === 'throw') fail(`${what} ${at}`);
      run.stop(`${what} ${at}`);
    }
  };
  return {
    name,
    config,
    ...(values.gradients && { stepState: countedGradients }),
    async onStepEnd(run, logs) {
      const last = good !== undefined && run.stepInEpoch === run.stepsPerEpoch;
      if (last || run.step % everySteps === 0) await guard(run, await logs.running());
    },
    ...(good
      ? {
          onFitStart: (run, saved) => good.start(run, saved),
          onFitEnd: () => good.end(),
          saveState: () => good.save(),
        }
      : { onEpochEnd: guard }),
  };
}

/** The hooks of `skip`. */
function skipping(
  name: string,
  attempts: number,
  fail: (message: string) => never,
): Pick<Plugin, 'acceptStep' | 'onFitStart' | 'onStepEnd' | 'saveState'> {
  let inARow = 0;
  return {
    acceptStep({ loss, gradients }) {
      const bad = [loss, ...Object.values(gradients)].map((tensor) => nonFinite(tensor));
      return tf.cast(tf.equal(tf.addN(bad), 0), 'float32') as tf.Scalar;
    },
    onFitStart(_, saved) {
      inARow = (saved?.json as { readonly inARow?: number } | undefined)?.inARow ?? 0;
    },
    onStepEnd(run: Run, { accepted }: StepLogs) {
      if (accepted) {
        inARow = 0;
        return;
      }
      run.note(name, `left step ${run.step} out: the loss or a gradient was not finite`);
      if (++inARow === attempts) fail(`the last ${attempts} steps were left out, up to step ${run.step}`);
    },
    saveState: () => ({ json: { inARow } }),
  };
}

/** How many numbers of the gradients have not been finite so far, by parameter. */
const countedGradients: NonNullable<Plugin['stepState']> = {
  init: (parameters) => map(parameters, () => tf.scalar(0)),
  update: (counts, { gradients }) =>
    map(counts, (count, parameter) =>
      gradients[parameter] ? tf.add(count, nonFinite(gradients[parameter])) : count,
    ),
};

/** The number of entries that are NaN or infinite: of these the difference with itself is NaN. */
function nonFinite(tensor: tf.Tensor): tf.Scalar {
  return tf.sum(tf.cast(tf.isNaN(tf.sub(tensor, tensor)), 'float32'));
}

function badNumber(logs: EpochLogs): string | undefined {
  const bad = ['loss', 'penalty'].find((metric) => metric in logs && !Number.isFinite(logs[metric]));
  return bad && `${bad} is ${logs[bad]}`;
}

function badGradient(
  counts: Readonly<Record<string, { readonly data: ArrayLike<number> }>>,
): string | undefined {
  const bad = Object.keys(counts).find((parameter) => counts[parameter]!.data[0] !== 0);
  return bad && `the gradient of '${bad}' has been NaN or infinite in ${counts[bad]!.data[0]} of its numbers`;
}

function map(tensors: Tensors, f: (tensor: tf.Tensor, name: string) => tf.Tensor): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor, name)]));
}
