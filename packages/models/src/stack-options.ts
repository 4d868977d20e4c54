import { checkOptions, option } from '@espalier/core';
import {
  type ActivationOption,
  ACTIVATIONS,
  mayBeActivation,
  type ResolvedActivation,
  resolveActivation,
} from './activation.js';
import { type InitializerOption, initializerRule } from './initializer-option.js';

/** Where a normalisation stands. */
export type NormalizationPlace = 'before-activation' | 'after-activation';

/** Where a batch normalisation stands, if any. */
export type BatchNormalizationPlace = false | NormalizationPlace;

/** What all model factories share. */
export interface StackOptions {
  /** Activation of every hidden layer, or of each. Default `relu`. */
  readonly activation?: ActivationOption | readonly ActivationOption[];
  /** Default false. */
  readonly batchNormalization?: BatchNormalizationPlace;
  /**
   * Share of its moving statistics that each batch leaves; 0 <= momentum <= 1. Default 0.99, which takes some 500 steps
   * to settle: lower it for short runs.
   */
  readonly batchNormalizationMomentum?: number;
  /** Layer normalisation, over the features of each example. Default false. */
  readonly layerNormalization?: BatchNormalizationPlace;
  /** Added to the variance in both normalisations; > 0. Default 1e-3, as Keras; PyTorch has 1e-5. */
  readonly normalizationEpsilon?: number;
  /** Whether layers have a bias; one that a normalisation follows directly has none in any case. Default true. */
  readonly bias?: boolean;
  /** Distribution of the initial kernels. Default `glorotUniform`. */
  readonly initializer?: InitializerOption;
  /** Distribution of the initial biases. Default `zeros`; `torchUniform` is PyTorch's. */
  readonly biasInitializer?: InitializerOption;
  /** Initial bias of the output, or of each: see `classPriors`. Default: as `biasInitializer` says. */
  readonly outputBias?: number | readonly number[];
  /** A whole number >= 0 that fixes the initial weights. Default 0. */
  readonly seed?: number;
  /** Name of the model. */
  readonly name?: string;
}

/** The shared options, all of them, but for the activations, which stand with their blocks. */
export interface ResolvedStackOptions extends Required<
  Omit<StackOptions, 'name' | 'activation' | 'normalizationEpsilon' | 'outputBias'>
> {
  readonly normalizationEpsilon: number | undefined;
  readonly outputBias: readonly number[] | undefined;
}

/** The rules of {@link StackOptions}. */
export const STACK_RULES = {
  activation: option.custom<ActivationOption | readonly ActivationOption[], { readonly default: 'relu' }>({
    expected: `${ACTIVATIONS}, or a list of these`,
    accepts: (value) => (Array.isArray(value) ? value.every(mayBeActivation) : mayBeActivation(value)),
    default: 'relu',
  }),
  batchNormalization: normalizationRule(false),
  batchNormalizationMomentum: option.number({ min: 0, max: 1, default: 0.99 }),
  layerNormalization: normalizationRule(false),
  normalizationEpsilon: option.number({ min: 0, exclusiveMin: true, optional: true }),
  bias: option.boolean({ default: true }),
  initializer: initializerRule('glorotUniform'),
  biasInitializer: initializerRule('zeros'),
  outputBias: option.custom<number | readonly number[], { readonly optional: true }>({
    expected: 'a number, or one for each output',
    accepts: (value) => [value].flat().length > 0 && [value].flat().every(Number.isFinite),
    optional: true,
  }),
  seed: option.seed({ default: 0 }),
  name: option.text({ optional: true }),
};

/** The rule of where a normalisation stands. */
export function normalizationRule(place: BatchNormalizationPlace) {
  return option.custom<BatchNormalizationPlace, { readonly default: BatchNormalizationPlace }>({
    expected: "false, 'before-activation' or 'after-activation'",
    accepts: (value) => value === false || value === 'before-activation' || value === 'after-activation',
    default: place,
  });
}

/** A number of units, outputs, pixels, ...: whole, >= 1. */
export const sizeRule = option.integer({ min: 1 });

const SIZES = 'an array of whole numbers >= 1';

/** A list of such, which must be given. */
export const sizesRule = option.list(sizeRule, { expected: SIZES });

/** A list of such with a default. */
export function sizesOr(sizes: readonly number[]) {
  return option.list(sizeRule, { expected: SIZES, default: sizes });
}

/** A number, or one for each layer: {@link resolveEach} looks at the numbers. */
export function eachRule(what: string, standard: number) {
  return option.custom<number | readonly number[], { readonly default: number }>({
    expected: `a ${what}, or one for each layer`,
    accepts: (value) => typeof value === 'number' || Array.isArray(value),
    default: standard,
  });
}

/** A dropout rate, or one for each layer. */
export const ratesRule = eachRule('rate', 0);

/** One dropout rate for each of `count` layers. */
export function resolveRates(
  scope: string,
  label: string,
  given: number | readonly number[],
  count: number,
): readonly number[] {
  return resolveEach(scope, label, 'rate', given, count, (name, rate) => {
    checkOptions(scope).number(name, rate, { min: 0, max: 1, exclusiveMax: true });
  });
}

/** One whole number >= 1 for each of `count` layers. */
export function resolveSizes(
  scope: string,
  label: string,
  given: number | readonly number[],
  count: number,
): readonly number[] {
  return resolveEach(scope, label, 'size', given, count, (name, size) => {
    checkOptions(scope).integer(name, size, { min: 1 });
  });
}

/** One activation for each of `count` layers. */
export function resolveActivations(
  scope: string,
  given: ActivationOption | readonly ActivationOption[],
  count: number,
): readonly ResolvedActivation[] {
  const list = Array.isArray(given) ? (given as readonly ActivationOption[]) : undefined;
  if (list && list.length !== count) {
    checkOptions(scope).fail('activation', `one activation, or ${count} of them`, given);
  }
  if (list) return list.map((one, i) => resolveActivation(scope, `activation[${i}]`, one));
  const all = resolveActivation(scope, 'activation', given as ActivationOption);
  return Array.from({ length: count }, () => all);
}

/** One initial bias for each output, where any is given. */
export function resolveOutputBias(
  scope: string,
  given: number | readonly number[] | undefined,
  outputs: number,
): readonly number[] | undefined {
  if (given === undefined) return undefined;
  return resolveEach(scope, 'outputBias', 'number', given, outputs, (name, value) => {
    checkOptions(scope).number(name, value);
  });
}

function resolveEach(
  scope: string,
  label: string,
  what: string,
  given: number | readonly number[],
  count: number,
  check: (name: string, value: number) => void,
): readonly number[] {
  const list = Array.isArray(given) ? (given as readonly number[]) : undefined;
  if (list && list.length !== count) {
    checkOptions(scope).fail(label, `one ${what}, or ${count} of them`, given);
  }
  (list ?? [given as number]).forEach((value, i) => check(list ? `${label}[${i}]` : label, value));
  return list ?? Array.from({ length: count }, () => given as number);
}
