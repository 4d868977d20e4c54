import type { Plugin, Run } from '@espalier/core';
import { HOOKS, type ObservingHook } from '@espalier/core/internal';

const OUTSIDE_RUNS = /^on(Checkpoint|ValidationBatch|Evaluate|Predict)/;

/** Every hook of a run that only looks, in no order. */
const WATCHED = (Object.keys(HOOKS) as ObservingHook[]).filter(
  (hook) => HOOKS[hook].startsWith('observe') && !OUTSIDE_RUNS.test(hook),
);

/** A plugin that writes every hook of a run down as `hook@epoch.stepInEpoch`. */
export function traceTo(trace: string[]): Plugin {
  const hooks = WATCHED.map((hook) => [
    hook,
    (run: Run, detail?: unknown) => {
      const status = hook === 'onFitEnd' || hook === 'onTrainEnd' ? `(${String(detail)})` : '';
      trace.push(`${hook}${status}@${run.epoch}.${run.stepInEpoch}`);
    },
  ]);
  return { name: 'trace', ...Object.fromEntries(hooks) } as Plugin;
}

/** Two epochs of two steps, each with a validation: what every way to drive a run must give. */
export const GOLDEN_TRACE: readonly string[] = [
  'onFitStart@0.0',
  ...[0, 1].flatMap((epoch) => [
    `onEpochStart@${epoch}.0`,
    `onStepStart@${epoch}.0`,
    `onStepEnd@${epoch}.1`,
    `onStepStart@${epoch}.1`,
    `onStepEnd@${epoch}.2`,
    `onValidationStart@${epoch}.2`,
    `onValidationEnd@${epoch}.2`,
    `onEpochEnd@${epoch}.2`,
  ]),
  'onTrainEnd(completed)@2.0',
  'onFitEnd(completed)@2.0',
];
