import * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, option } from '@espalier/core';
import { prepareTfjs } from '@espalier/core/internal';
import type { ActivationName } from './activations.js';
import { activationLayer, activationNames, inlineActivation } from './activations.js';
import { BatchNormalization } from './batch-normalization.js';
import { Dropout } from './dropout.js';
import type { Initializer, InitializerName } from './initializers.js';
import { initializerNames, seededInitializer } from './initializers.js';

/** Where a batch normalisation stands, if any. */
export type BatchNormalizationPlace = false | 'before-activation' | 'after-activation';

/** What all model factories share. */
export interface StackOptions {
  /** Activation of every hidden layer. Default `relu`. */
  readonly activation?: ActivationName;
  /** Default false. */
  readonly batchNormalization?: BatchNormalizationPlace;
  /**
   * Share of its moving statistics that each batch leaves; 0 <= momentum <= 1. Default 0.99, which takes some 500 steps
   * to settle: lower it for short runs.
   */
  readonly batchNormalizationMomentum?: number;
  /** Distribution of the initial kernels; biases start at 0. Default `glorotUniform`. */
  readonly initializer?: InitializerName;
  /** A whole number >= 0 that fixes the initial weights. Default 0. */
  readonly seed?: number;
  /** Name of the model. */
  readonly name?: string;
}

/** The shared options, all of them. */
type ResolvedStackOptions = Required<Omit<StackOptions, 'name'>>;

/** The rules of {@link StackOptions}. */
export const STACK_RULES = {
  activation: option.oneOf(activationNames, { default: 'relu' }),
  batchNormalization: normalizationRule(false),
  batchNormalizationMomentum: option.number({ min: 0, max: 1, default: 0.99 }),
  initializer: option.oneOf(initializerNames, { default: 'glorotUniform' }),
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

/** A dropout rate, or one for each layer: {@link resolveRates} looks at the numbers. */
export const ratesRule = option.custom<number | readonly number[], { readonly default: number }>({
  expected: 'a rate, or one for each layer',
  accepts: (value) => typeof value === 'number' || Array.isArray(value),
  default: 0,
});

/** One dropout rate for each of `count` layers. */
export function resolveRates(
  scope: string,
  dropout: number | readonly number[],
  count: number,
): readonly number[] {
  const check = checkOptions(scope);
  const rates = Array.isArray(dropout) ? (dropout as readonly number[]) : undefined;
  if (rates && rates.length !== count) check.fail('dropout', `one rate, or ${count} of them`, dropout);
  (rates ?? [dropout]).forEach((rate, i) => {
    check.number(rates ? `dropout[${i}]` : 'dropout', rate, { min: 0, max: 1, exclusiveMax: true });
  });
  return rates ?? Array.from({ length: count }, () => dropout as number);
}

/** What a block gives to the layer that it makes. */
interface LayerOptions {
  readonly name: string;
  readonly kernelInitializer: Initializer;
  readonly activation: Exclude<ActivationName, 'leakyRelu'>;
  readonly useBias: boolean;
}

/** The layers around a dense or convolution layer. */
interface Block {
  /** Name of the layer itself. */
  readonly name: string;
  /** Numbers its `batch_norm_<number>` and `activation_<number>`. */
  readonly number: number;
  /** Default: as the stack's options say. */
  readonly batchNormalization?: BatchNormalizationPlace;
}

/** A stack of layers with stable names `<kind>_<i>`, numbered from 1. */
export class LayerStack {
  readonly #layers: tfl.layers.Layer[] = [];
  readonly #options: ResolvedStackOptions;

  /** Makes TensorFlow.js fit for the layers that will come. */
  constructor(options: ResolvedStackOptions) {
    prepareTfjs();
    this.#options = options;
  }

  add(layer: tfl.layers.Layer): void {
    this.#layers.push(layer);
  }

  /** The layer that `make` makes, with its normalisation and activation, in the order asked for. */
  addBlock(
    { name, number, batchNormalization }: Block,
    make: (options: LayerOptions) => tfl.layers.Layer,
  ): void {
    const place = batchNormalization ?? this.#options.batchNormalization;
    const { activation, batchNormalizationMomentum: momentum } = this.#options;
    const before = place === 'before-activation';
    const inline = before ? undefined : inlineActivation(activation);
    const normalization = place && new BatchNormalization({ name: `batch_norm_${number}`, momentum });
    // A normalisation right after takes any bias away again, and has its own shift.
    this.add(make({ ...this.#weights(name), activation: inline ?? 'linear', useBias: !before }));
    if (normalization && before) this.add(normalization);
    if (inline === undefined) this.add(activationLayer(activation, `activation_${number}`));
    if (normalization && !before) this.add(normalization);
  }

  /** `dropout_<i>`, unless the rate is 0. */
  addDropout(rate: number, i: number): void {
    if (rate > 0) this.add(new Dropout({ rate, seed: this.#options.seed, name: `dropout_${i}` }));
  }

  /** The linear layer `output`: logits, or values of a regression. */
  addOutput(units: number, shape: { readonly inputShape?: number[] } = {}): void {
    this.add(tfl.layers.dense({ units, ...this.#weights('output'), ...shape }));
  }

  model(name: string | undefined): tfl.Sequential {
    return tfl.sequential({ layers: this.#layers, ...(name === undefined ? {} : { name }) });
  }

  #weights(name: string): { name: string; kernelInitializer: Initializer } {
    const { initializer, seed } = this.#options;
    return { name, kernelInitializer: seededInitializer(initializer, { seed, name: `${name}/kernel` }) };
  }
}
