import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Run } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { plainJson, pow } from '@espalier/core/internal';
import type { SelectionOptions } from '../selection.js';
import { selection, selectionRules } from '../selection.js';
import { applyMasks, describePruned, maskHooks } from './mask-hooks.js';
import type { PruningScope } from './smallest-pruned.js';
import { smallestPruned, upTo } from './smallest-pruned.js';

/** A moment of a run: the start of an epoch or of a step, from 0. */
export type PruningTime = { readonly epoch: number } | { readonly step: number };

/** Options of {@link magnitudePruning}. */
export interface MagnitudePruningOptions extends SelectionOptions {
  /** Share of the selected weights that are 0 in the end, 0 <= sparsity < 1. 0 leaves the run as it is. */
  readonly sparsity: number;
  /** When pruning begins. Default `{ step: 0 }`, or `{ epoch: 0 }` where `until` is an epoch. */
  readonly from?: PruningTime;
  /** When `sparsity` is reached, in the unit of `from` and after it. Default: at `from`, all at once. */
  readonly until?: PruningTime;
  /** Share at `from`, where `until` is given: 0 <= initialSparsity <= sparsity. Default 0. */
  readonly initialSparsity?: number;
  /** Steps or epochs from one pruning to the next, where `until` is given. A whole number >= 1. Default 100 steps, or 1 epoch. */
  readonly every?: number;
  /** How quickly it begins, where `until` is given: 1 is linear. > 0, default 3. */
  readonly power?: number;
  /** `layer`: each parameter becomes that sparse; `global`: the smallest of all selected weights go. Default `layer`. */
  readonly scope?: PruningScope;
}

/**
 * Magnitude pruning: sets the smallest weights to 0 while the others train on, all at once or more and more of them.
 *
 * ```text
 * sparsity(t) = sparsity + (initialSparsity - sparsity) (1 - (t - from) / (until - from))^power
 * mask = 0 for the round(sparsity(t) * size) smallest abs(w), 1 for the others
 * g = g * mask, before the optimizer;  w = w * mask, after it
 * ```
 *
 * The masks are decided at the start of a step or epoch, so that its forward pass is sparse, and are part of the step's state and of
 * checkpoints. A weight that is pruned stays 0 whatever the optimizer's momentum says. Where weights that other plugins hold end the
 * run (`ema`, `swa`, `earlyStopping` with `restoreBest`), these are masked, too, and the record says how many were not 0: monitor from
 * `until` on, because what was best before was less sparse. Validation uses masked weights: of `ema({ evaluateAverages: true })`
 * where this plugin comes later in the list. It belongs before `clipGradients`, whose norm then is that of the kept weights.
 *
 * As `torch.nn.utils.prune.l1_unstructured` and `global_unstructured`, with the schedules of TensorFlow Model Optimization
 * (`ConstantSparsity`, `PolynomialDecay`), which lets a weight return that one update makes large enough, and reaches the final
 * sparsity only where `until` is a multiple of `every`; here `until` always counts.
 *
 * @returns A plugin with a mask for each selected parameter in the state of the step. Two kernels for each a step; with `from` or
 *   `until` in steps it looks at every step, so that steps are done one by one.
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const atOnce = magnitudePruning({ sparsity: 0.5, from: { epoch: 2 } });
 * const gradually = magnitudePruning({ sparsity: 0.9, until: { epoch: 8 }, scope: 'global' });
 * ```
 * @see Zhu and Gupta, To prune, or not to prune, 2017; Han et al., Learning both weights and connections, 2015.
 */
export function magnitudePruning(options: MagnitudePruningOptions): Plugin<never, never> {
  const kind = 'magnitude-pruning';
  const { values, config } = readOptions(kind, options, {
    sparsity: option.number({ min: 0, max: 1, exclusiveMax: true }),
    from: timeRule(),
    until: timeRule(),
    initialSparsity: option.number({ min: 0, max: 1, exclusiveMax: true, optional: true }),
    every: option.integer({ min: 1, optional: true }),
    power: option.number({ min: 0, exclusiveMin: true, optional: true }),
    scope: option.oneOf(['layer', 'global'], { default: 'layer' }),
    ...selectionRules(kind),
  });
  const { sparsity, scope, name } = values;
  const plan = pruningPlan(kind, values);
  if (sparsity === 0) return { name, config };
  const select = selection(kind, values.parameters);

  const prune = async (run: Run): Promise<void> => {
    const target = plan.sparsityAt(run[plan.unit]);
    if (target === undefined) return;
    const masks = await run.stepState(name);
    const next = smallestPruned(await run.getWeights(), masks, scope, upTo(target));
    if (Object.keys(next).every((parameter) => next[parameter] === masks[parameter])) return;
    await run.setStepState(name, next);
    await applyMasks(run, name);
    if (target === sparsity) run.note(name, `from now on ${describePruned(next)} are 0`);
  };
  return {
    name,
    config,
    ...maskHooks(name, (parameters) =>
      Object.fromEntries(select(parameters).map((key) => [key, tf.onesLike(parameters[key]!)])),
    ),
    // Also where the unit is a step: after another plugin has rolled the run back, what was due is due again.
    onEpochStart: prune,
    ...(plan.unit === 'step' && {
      onStepStart: (run) => (plan.isDue(run.step) ? prune(run) : undefined),
    }),
  };
}

interface PruningPlan {
  readonly unit: 'epoch' | 'step';
  isDue(at: number): boolean;
  /** What is pruned by then; `undefined` before it begins. */
  sparsityAt(at: number): number | undefined;
}

/** When how much is pruned. */
export function pruningPlan(scope: string, options: Omit<MagnitudePruningOptions, 'scope'>): PruningPlan {
  const { sparsity, until } = options;
  const check = checkOptions(scope);
  const unit = until && 'epoch' in until ? 'epoch' : 'step';
  const { from = { [unit]: 0 } as PruningTime } = options;
  const [start, end] = [timeOf(from), until === undefined ? undefined : timeOf(until)];
  if (end === undefined || until === undefined) {
    for (const other of ['initialSparsity', 'every', 'power'] as const)
      if (options[other] !== undefined)
        check.fail(other, 'left out where `until` is not given: all is pruned at `from`', options[other]);
    return {
      unit: 'epoch' in from ? 'epoch' : 'step',
      isDue: (at) => at === start,
      sparsityAt: (at) => (at >= start ? sparsity : undefined),
    };
  }
  if (!(unit in from) || start >= end) check.fail('until', `later than \`from\`, in the same unit`, until);
  const { initialSparsity = 0, every = unit === 'epoch' ? 1 : 100, power = 3 } = options;
  if (initialSparsity > sparsity)
    check.fail('initialSparsity', `at most the sparsity, ${sparsity}`, initialSparsity);
  return {
    unit,
    isDue: (at) => at === end || (at >= start && at < end && (at - start) % every === 0),
    sparsityAt(at) {
      if (at < start) return undefined;
      if (at >= end) return sparsity;
      const last = at - ((at - start) % every);
      return sparsity + (initialSparsity - sparsity) * pow(1 - (last - start) / (end - start), power);
    },
  };
}

function timeOf(time: PruningTime): number {
  return 'epoch' in time ? time.epoch : time.step;
}

function timeRule() {
  return option.custom<PruningTime>({
    expected: '{ epoch } or { step }, a whole number >= 0',
    accepts(value) {
      if (typeof value !== 'object' || value === null) return false;
      const [[unit, at] = [], ...others] = Object.entries(value as object) as [string, unknown][];
      return (
        (unit === 'epoch' || unit === 'step') &&
        others.length === 0 &&
        Number.isSafeInteger(at) &&
        (at as number) >= 0
      );
    },
    toJson: (time) => plainJson(time),
    optional: true,
  });
}
