import { checkOptions, option, readOptions } from '@espalier/core';

/** A value that a parameter can have. */
export type ParameterValue = string | number | boolean | null;

/** One of some values, see {@link choice}. */
export interface ChoiceDistribution<T extends ParameterValue = ParameterValue> {
  readonly type: 'choice';
  readonly choices: readonly T[];
}

/** Real numbers of an interval, see {@link float}. */
export interface FloatDistribution {
  readonly type: 'float';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step?: number;
}

/** Whole numbers of an interval, see {@link int}. */
export interface IntDistribution {
  readonly type: 'int';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number;
}

/** What a parameter is drawn from. */
export type Distribution = ChoiceDistribution | FloatDistribution | IntDistribution;

/** Options of {@link float}. */
export interface FloatOptions {
  /** Uniform in the logarithm. Needs `low` > 0 and no `step`. Default false. */
  readonly log?: boolean;
  /** Only `low`, `low + step`, `low + 2 step`, ... up to `high`. Default: any number. */
  readonly step?: number;
}

/** Options of {@link int}. */
export interface IntOptions {
  /** Uniform in the logarithm. Needs `low` >= 1 and no `step` but 1. Default false. */
  readonly log?: boolean;
  /** Only `low`, `low + step`, `low + 2 step`, ... up to `high`. A whole number >= 1, default 1. */
  readonly step?: number;
}

const SCOPE = 'space';

/**
 * One of some values, without an order between them.
 *
 * @param choices At least one string, finite number, boolean or `null`; no value twice.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizers = choice(['sgd', 'adam']);
 * ```
 */
export function choice<const T extends ParameterValue>(choices: readonly T[]): ChoiceDistribution<T> {
  const check = checkOptions(SCOPE);
  if (!Array.isArray(choices) || choices.length === 0)
    check.fail('choices', 'a list of at least one value', choices);
  const plain = (value: unknown) =>
    value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
  const odd = choices.findIndex((value) => !plain(value));
  if (odd >= 0) check.fail(`choices[${odd}]`, 'a string, a finite number, a boolean or null', choices[odd]);
  if (new Set(choices).size !== choices.length) check.fail('choices', 'different values', choices);
  return { type: 'choice', choices: [...choices] };
}

/**
 * A real number of `[low, high]`, uniform, or uniform in its logarithm.
 *
 * With `step` the upper end is lowered to the last step that it reaches.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const learningRate = float(1e-4, 1e-2, { log: true });
 * ```
 */
export function float(low: number, high: number, options: FloatOptions = {}): FloatDistribution {
  const { log, step } = readOptions(SCOPE, options, {
    log: option.boolean({ default: false }),
    step: option.number({ min: 0, exclusiveMin: true, optional: true }),
  }).values;
  const check = checkOptions(SCOPE);
  check.number('low', low);
  check.number('high', high, { min: low });
  if (log) check.number('low', low, { min: 0, exclusiveMin: true });
  if (step === undefined) return { type: 'float', low, high, log };
  if (log) check.fail('step', 'left out where log is true', step);
  const steps = Math.floor((high - low) / step + 1e-8);
  return { type: 'float', low, high: Math.min(high, low + steps * step), log, step };
}

/**
 * A whole number of `[low, high]`, both ends included, uniform, or uniform in its logarithm.
 *
 * With `step` the upper end is lowered to the last step that it reaches.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const units = int(16, 512, { log: true });
 * ```
 */
export function int(low: number, high: number, options: IntOptions = {}): IntDistribution {
  const { log, step } = readOptions(SCOPE, options, {
    log: option.boolean({ default: false }),
    step: option.integer({ min: 1, default: 1 }),
  }).values;
  const check = checkOptions(SCOPE);
  check.integer('low', low, { min: Number.MIN_SAFE_INTEGER });
  check.integer('high', high, { min: low, max: Number.MAX_SAFE_INTEGER });
  if (log) check.integer('low', low, { min: 1 });
  if (log && step !== 1) check.fail('step', '1 where log is true', step);
  return { type: 'int', low, high: low + Math.floor((high - low) / step) * step, log, step };
}

/** Whether the distribution has only one value. */
export function isSingle(distribution: Distribution): boolean {
  return distribution.type === 'choice'
    ? distribution.choices.length === 1
    : distribution.low === distribution.high;
}

/** What is wrong with `value` as a value of `distribution`; `undefined` where nothing is. */
export function valueProblem(distribution: Distribution, value: unknown): string | undefined {
  if (distribution.type === 'choice') {
    if (distribution.choices.includes(value as ParameterValue)) return undefined;
    return `one of ${distribution.choices.map((c) => JSON.stringify(c)).join(', ')}`;
  }
  const { low, high, type, step } = distribution;
  const kind = type === 'int' ? 'a whole number' : 'a number';
  const expected = `${kind} from ${low} to ${high}${step && step !== 1 ? ` in steps of ${step}` : ''}`;
  if (typeof value !== 'number' || !(value >= low && value <= high)) return expected;
  if (type === 'int' && !Number.isInteger(value)) return expected;
  if (step === undefined) return undefined;
  const steps = (value - low) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-8 * Math.max(1, Math.abs(steps)) ? undefined : expected;
}
