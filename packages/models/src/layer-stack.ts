import * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions } from '@espalier/core';
import type { ActivationName } from './activations.js';
import { activationLayer, checkActivation, inlineActivation } from './activations.js';
import { BatchNormalization } from './batch-normalization.js';
import { Dropout } from './dropout.js';
import type { Initializer, InitializerName } from './initializers.js';
import { checkInitializer, seededInitializer } from './initializers.js';

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
export type ResolvedStackOptions = Required<Omit<StackOptions, 'name'>>;

/** Checks the shared options of the factory `scope`. */
export function resolveStackOptions(scope: string, options: StackOptions): ResolvedStackOptions {
  const {
    activation = 'relu',
    batchNormalization = false,
    batchNormalizationMomentum = 0.99,
    initializer = 'glorotUniform',
    seed = 0,
  } = options;
  checkActivation(scope, activation);
  checkInitializer(scope, initializer, seed);
  const places: readonly unknown[] = [false, 'before-activation', 'after-activation'];
  const check = checkOptions(scope);
  if (!places.includes(batchNormalization)) {
    check.fail('batchNormalization', "false, 'before-activation' or 'after-activation'", batchNormalization);
  }
  check.number('batchNormalizationMomentum', batchNormalizationMomentum, { min: 0, max: 1 });
  if (options.name !== undefined) check.text('name', options.name);
  return { activation, batchNormalization, batchNormalizationMomentum, initializer, seed };
}

/** One list of whole numbers >= 1. */
export function checkSizes(scope: string, name: string, sizes: unknown): void {
  const check = checkOptions(scope);
  if (!Array.isArray(sizes)) check.fail(name, 'an array of whole numbers >= 1', sizes);
  (sizes as unknown[]).forEach((size, i) => check.integer(`${name}[${i}]`, size, { min: 1 }));
}

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

  constructor(options: ResolvedStackOptions) {
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
