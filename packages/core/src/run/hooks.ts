import type { Plugin } from './plugin.js';

/** Every hook of a plugin: its members that are functions, and `stepState`. */
export type HookName = {
  [K in keyof Plugin]-?: NonNullable<Plugin[K]> extends (...args: never[]) => unknown ? K : never;
}[keyof Plugin];

/**
 * When a hook runs and how those of several plugins combine:
 * - `observe`: each is awaited in turn, and the first error ends it;
 * - `observe-all`: each is awaited in turn, whatever the others throw;
 * - `last`: each is asked in turn, and the last answer counts;
 * - `collect`: each answer is kept under the plugin's name;
 * - `reduce`: inside the step; each gets what the one before gave;
 * - `all`: inside the step; each must agree;
 * - `sum`: inside the step; the terms are added;
 * - `look`: inside the step; each sees the same, and gets back what it made of it.
 */
export const HOOKS = {
  onFitStart: 'observe',
  onEpochStart: 'observe',
  onStepStart: 'observe',
  onStepEnd: 'observe',
  onValidationStart: 'observe',
  onValidationBatch: 'observe',
  onValidationEnd: 'observe',
  onEpochEnd: 'observe',
  onCheckpoint: 'observe',
  onTrainEnd: 'observe',
  finalWeights: 'last',
  onError: 'observe-all',
  onFitEnd: 'observe-all',
  onEvaluateStart: 'observe',
  onEvaluateEnd: 'observe',
  onPredictStart: 'observe',
  onPredictEnd: 'observe',
  transformBatch: 'reduce',
  observeLayer: 'look',
  penalizeLayer: 'sum',
  penalizeOutputs: 'sum',
  weighLosses: 'reduce',
  penalty: 'sum',
  perturbParameters: 'reduce',
  transformGradients: 'reduce',
  transformParameters: 'reduce',
  acceptStep: 'all',
  evaluationParameters: 'reduce',
  saveState: 'collect',
} as const satisfies Record<
  HookName,
  'observe' | 'observe-all' | 'last' | 'collect' | 'reduce' | 'sum' | 'all' | 'look'
>;

type HooksOf<Kind> = { [K in HookName]: (typeof HOOKS)[K] extends Kind ? K : never }[HookName];

/** The hooks that run between steps and only look and ask. */
export type ObservingHook = HooksOf<'observe' | 'observe-all'>;

/** The hooks that are part of the step. `stepState`, a pair of functions, is another. */
export type StepHook = HooksOf<'reduce' | 'sum' | 'all' | 'look'>;

/** What a plugin has that is part of the step, in the order in which a step comes to it. */
export const IN_STEP: readonly (StepHook | 'stepState')[] = [
  ...(Object.keys(HOOKS) as HookName[]).filter((hook): hook is StepHook =>
    ['reduce', 'sum', 'all', 'look'].includes(HOOKS[hook]),
  ),
  'stepState',
];

/** Members of a plugin that are no hooks. */
export const PLUGIN_FIELDS: readonly Exclude<keyof Plugin, HookName>[] = [
  'name',
  'enforce',
  'config',
  'monitors',
  'logs',
  'scalars',
  'parameters',
  'stepState',
];
