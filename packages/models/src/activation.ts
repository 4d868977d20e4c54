import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, EspalierError, option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import {
  type ActivationName,
  activationNames,
  type ActivationParameters,
  formulaOf,
  parametersOf,
  widthOf,
} from './activations.js';
import { onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';
import { RandomRelu } from './random-relu.js';

/** An activation by name, by name with numbers of its formula, or a function of one's own. */
export type ActivationOption = ActivationName | ActivationWithNumbers | ActivationFunction;

type ActivationWithNumbers = {
  [K in ActivationName]: { readonly name: K } & ActivationParameters<K>;
}[ActivationName];

/** A function of one's own, element by element or not, of the same shape. Its model cannot be saved as JSON. */
export type ActivationFunction = (x: tf.Tensor) => tf.Tensor;

/** Options of {@link Activation}. */
export interface ActivationOptions extends LayerOptions {
  /** Which one. */
  readonly activation: ActivationOption;
}

/** An activation whose name and numbers are checked. */
export type ResolvedActivation =
  { readonly name: ActivationName; readonly parameters: Record<string, number> } | ActivationFunction;

/** Activations with weights or random numbers, and what to write for them. */
const LAYERS_OF_THEIR_OWN: Partial<Record<ActivationName, string>> = {
  prelu: 'tfl.layers.prelu()',
  rrelu: 'new RandomRelu()',
};

/** What an activation must be, for messages. */
export const ACTIVATIONS = `one of ${activationNames.map((name) => `'${name}'`).join(', ')}, { name, ... } or a function`;

/** Whether a value may be an activation; {@link resolveActivation} looks at names and numbers. */
export const mayBeActivation = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'function' || isNamed(value);

/**
 * Checks an activation and gives it its defaults.
 *
 * @throws EspalierError `invalid-option` for an unknown name or number.
 */
export function resolveActivation(scope: string, label: string, given: ActivationOption): ResolvedActivation {
  if (typeof given === 'function') return given;
  const check = checkOptions(scope);
  const { name, ...numbers } = (typeof given === 'string' ? { name: given } : given) as {
    readonly name: ActivationName;
  } & Readonly<Record<string, number>>;
  check.oneOf(typeof given === 'string' ? label : `${label}.name`, name, activationNames);
  const defaults = parametersOf(name);
  for (const [key, value] of Object.entries(numbers)) {
    if (!(key in defaults)) check.fail(label, `an activation with ${known(name, defaults)}`, given);
    check.number(`${label}.${key}`, value);
  }
  return { name, parameters: { ...defaults, ...numbers } };
}

const known = (name: string, defaults: Readonly<Record<string, number>>): string =>
  Object.keys(defaults).length === 0
    ? `no numbers: ${name} has none`
    : `the numbers ${Object.keys(defaults).join(', ')}`;

const isNamed = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { name?: unknown }).name === 'string';

/**
 * An activation as a layer: every name of {@link ActivationName} with the numbers of its formula, or a function of one's own.
 *
 * ```text
 * leakyRelu   max(x, 0) + slope min(x, 0)       prelu   the same, slope learnt for each unit
 * rrelu       slope uniform in [lower, upper] in training, its mean otherwise
 * celu        max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1)
 * softplus    log(1 + exp(beta x)) / beta       squareplus   (x + sqrt(x^2 + b)) / 2
 * hardSigmoid min(max(slope x + 1/2, 0), 1)     hardTanh     min(max(x, min), max)
 * hardSwish   x relu6(x + 3) / 6                logSigmoid   -log(1 + exp(-x))
 * hardShrink  x where |x| > lambda, else 0      softShrink   sign(x) max(|x| - lambda, 0)
 * tanhShrink  x - tanh(x)                       threshold    x where x > threshold, else value
 * glu         a sigmoid(b), (a, b) the halves of the last axis, which it halves
 * sparsemax   the nearest point of the probability simplex, over the last axis
 * ```
 *
 * @throws EspalierError `invalid-option` for an unknown name or number.
 * @example
 * ```ts
 * tfl.sequential({
 *   layers: [
 *     tfl.layers.dense({ units: 8, inputShape: [4] }),
 *     new Activation({ activation: { name: 'leakyRelu', slope: 0.2 } }),
 *   ],
 * });
 * ```
 * Source: the activations of PyTorch and Keras 3; Martins and Astudillo (2016), sparsemax.
 */
export class Activation extends tfl.layers.Layer {
  static readonly className = 'EspalierActivation';
  static {
    tf.serialization.registerClass(this);
  }

  readonly #activation: ResolvedActivation;
  readonly #apply: ActivationFunction;
  #inner: tfl.layers.Layer | undefined;

  constructor(options: ActivationOptions) {
    const { activation } = readLayerOptions('activation', options, {
      activation: option.custom<ActivationOption>({ expected: ACTIVATIONS, accepts: mayBeActivation }),
    });
    const resolved = resolveActivation('activation', 'activation', activation);
    const layered = typeof resolved === 'function' ? undefined : LAYERS_OF_THEIR_OWN[resolved.name];
    if (layered)
      checkOptions('activation').fail('activation', `none that is a layer: use ${layered}`, activation);
    super(options as unknown as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.supportsMasking = true;
    this.#activation = resolved;
    this.#apply = this.#make(resolved);
  }

  #make(activation: ResolvedActivation): ActivationFunction {
    if (typeof activation === 'function') return activation;
    const { name, parameters } = activation;
    const formula = formulaOf(name);
    if (formula) return (x) => formula(x, parameters);
    this.#inner = tfl.layers.activation({ activation: name as 'relu', name: `${this.name}_stock` });
    return (x) => this.#inner!.apply(x) as tf.Tensor;
  }

  /** What losses and metrics know of outputs that end in it; `undefined` of a function of one's own. */
  get activationName(): string | undefined {
    return typeof this.#activation === 'function' ? undefined : this.#activation.name;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.#apply(onlyTensor(inputs));
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = [...(Array.isArray(inputShape[0]) ? inputShape[0] : (inputShape as tfl.Shape))];
    const width = typeof this.#activation === 'function' ? 1 : widthOf(this.#activation.name);
    const last = shape.length - 1;
    if (width === 1) return shape;
    const units = shape[last];
    if (typeof units !== 'number' || units % width !== 0) {
      throw new EspalierError({
        code: 'invalid-model',
        scope: `activation '${this.name}'`,
        message: `the last axis must be known and even, got ${describe(shape)}.`,
      });
    }
    shape[last] = units / width;
    return shape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    if (typeof this.#activation === 'function') {
      throw new EspalierError({
        code: 'invalid-model',
        scope: `activation '${this.name}'`,
        message:
          'a function of your own cannot be saved. Save the weights alone, or name one of the known activations.',
      });
    }
    const { name, parameters } = this.#activation;
    return { ...super.getConfig(), activation: { name, ...parameters } };
  }
}

/** The layer of an activation: TensorFlow.js' own where it has one. */
export function activationLayer(activation: ResolvedActivation, name: string, seed = 0): tfl.layers.Layer {
  if (typeof activation === 'function') return new Activation({ activation, name });
  const { parameters } = activation;
  switch (activation.name) {
    case 'prelu':
      return tfl.layers.prelu({
        name,
        alphaInitializer: tfl.initializers.constant({ value: parameters['slope']! }),
      });
    case 'rrelu':
      return new RandomRelu({ ...(parameters as { lower: number; upper: number }), seed, name });
    case 'leakyRelu':
      return tfl.layers.leakyReLU({ alpha: parameters['slope']!, name });
    default: {
      const stock = inlineActivation(activation);
      if (stock) return tfl.layers.activation({ activation: stock, name });
      return new Activation({
        activation: { name: activation.name, ...parameters } as ActivationOption,
        name,
      });
    }
  }
}

/** Names that TensorFlow.js' dense and convolution layers take as `activation`. */
const INLINE = [
  'relu',
  'relu6',
  'elu',
  'selu',
  'gelu',
  'swish',
  'mish',
  'softplus',
  'softsign',
  'tanh',
  'sigmoid',
  'hardSigmoid',
  'softmax',
  'linear',
] as const;

/** What a dense or convolution layer takes as `activation`; `undefined` where that needs a layer of its own. */
export function inlineActivation(activation: ResolvedActivation): (typeof INLINE)[number] | undefined {
  if (typeof activation === 'function') return undefined;
  const { name, parameters } = activation;
  const stock = INLINE.find((known) => known === name);
  const defaults = parametersOf(name);
  return stock && Object.keys(defaults).every((key) => parameters[key] === defaults[key]) ? stock : undefined;
}
