import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions, stream } from '@espalier/core';
import { DISTRIBUTIONS } from './distributions.js';
import {
  type InitializerName,
  type InitializerOption,
  type Numbers,
  type ResolvedInitializer,
  resolveInitializer,
} from './initializer-option.js';

type SerializableConstructor<T extends tf.serialization.Serializable> =
  tf.serialization.SerializableConstructor<T>;

/** What TensorFlow.js' layers take as `kernelInitializer`. */
export type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/** What decides initial values. */
export interface SeededInitializerOptions {
  /** A whole number >= 0; the run's seed. */
  readonly seed: number;
  /** The parameter's name, e.g. `hidden_1/kernel`: parameters of different names share no numbers. */
  readonly name: string;
}

// Layers accept only instances of a class that TensorFlow.js does not export.
const InitializerBase = Object.getPrototypeOf(
  tfl.initializers.zeros().constructor,
) as SerializableConstructor<Initializer>;

/** A distribution whose values are a function of (seed, parameter name). */
class SeededInitializer extends InitializerBase {
  static override readonly className = 'EspalierSeededInitializer';
  static {
    tf.serialization.registerClass(this);
  }

  readonly #initializer: ResolvedInitializer;
  readonly #seed: number;
  readonly #name: string;

  constructor(config: { kind: InitializerName; seed: number; name: string } & Numbers) {
    super();
    const { kind, seed, name, ...rest } = config;
    // TensorFlow.js adds fields of its own when it reads JSON.
    const numbers = Object.fromEntries(
      Object.entries(rest).filter(([key]) => Object.hasOwn(DISTRIBUTIONS[kind]?.parameters ?? {}, key)),
    );
    const given = { ...numbers, name: kind } as InitializerOption;
    this.#initializer = resolveInitializer('seeded-initializer', 'kind', given);
    this.#seed = seed;
    this.#name = name;
  }

  override apply(shape: number[]): tf.Tensor {
    const { kind, parameters } = this.#initializer;
    const numbers = stream(this.#seed, `initializer/${this.#name}`);
    const values = DISTRIBUTIONS[kind].draw(shape, numbers, parameters as never);
    return tf.tensor(Float32Array.from(values), shape, 'float32');
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kind, parameters } = this.#initializer;
    return { kind, seed: this.#seed, name: this.#name, ...parameters };
  }
}

/** One value for each entry. */
class ListInitializer extends InitializerBase {
  static override readonly className = 'EspalierListInitializer';
  static {
    tf.serialization.registerClass(this);
  }

  readonly #values: readonly number[];

  constructor(config: { values: readonly number[] }) {
    super();
    this.#values = config.values;
  }

  override apply(shape: number[]): tf.Tensor {
    return tf.tensor([...this.#values], shape, 'float32');
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { values: [...this.#values] };
  }
}

/** Starts a parameter at these values, in row-major order. */
export const listInitializer = (values: readonly number[]): Initializer => new ListInitializer({ values });

/** Makes the classes known to TensorFlow.js, so that models which use it can be read from JSON. */
export function registerInitializers(): void {
  tf.serialization.registerClass(SeededInitializer);
  tf.serialization.registerClass(ListInitializer);
}

/**
 * Initial values for a parameter that no other parameter shares, for the layers of TensorFlow.js: seed and parameter name
 * are hashed together, where TensorFlow.js gives equal seeds equal numbers.
 *
 * ```text
 * glorot*  Var(w) = 2 gain^2 / (fanIn + fanOut)      he*  2 / ((1 + slope^2) fan), fan by mode      lecun*  1 / fanIn
 * varianceScaling  Var(w) = scale / fan, fan by mode, shape by distribution
 * *Uniform: U(-a, a), a = sqrt(3 Var)                *Normal: normal cut off at two deviations, rescaled to Var
 * torchUniform  U(-1 / sqrt(fanIn), 1 / sqrt(fanIn)), PyTorch's default for kernels; with fanIn its default for biases
 * uniform U(min, max)    normal N(mean, stddev^2)    truncatedNormal  the same, cut off at two deviations, not rescaled
 * constant, zeros, ones  identity  gain where input = output    dirac  the same at the middle of a convolution
 * orthogonal  columns of length gain at right angles            sparse  N(0, stddev^2), a share sparsity of each input's weights 0
 * ```
 *
 * @param kind Which distribution: a name, or `{ name, ... }` with the numbers of its formula. Defaults as in Keras: gain, scale and
 *   slope 1, 1 and 0, min and max -0.05 and 0.05, stddev 0.05; sparsity and its stddev 0.1 and 0.01.
 * @param options.seed A whole number >= 0.
 * @param options.name The parameter's name, e.g. `hidden_1/kernel`.
 * @returns A value for a layer's `kernelInitializer` or `biasInitializer`; it survives `model.toJSON`.
 * @throws EspalierError `invalid-option` for an unknown kind or number, a bad seed or an empty name.
 * @example
 * ```ts
 * const kernelInitializer = seededInitializer('heNormal', { seed: 1, name: 'hidden_1/kernel' });
 * tfl.layers.dense({ name: 'hidden_1', units: 64, activation: 'relu', kernelInitializer });
 * seededInitializer({ name: 'orthogonal', gain: calculateGain('tanh') }, { seed: 1, name: 'hidden_2/kernel' });
 * ```
 * Source: Glorot and Bengio (2010); He et al. (2015); Saxe et al. (2014), orthogonal; truncation as Keras; sparse and dirac as
 * `torch.nn.init`.
 */
export function seededInitializer(kind: InitializerOption, options: SeededInitializerOptions): Initializer {
  const { kind: name, parameters } = resolveInitializer('seeded-initializer', 'kind', kind);
  const { values } = readOptions('seeded-initializer', options, { seed: option.seed(), name: option.text() });
  return new SeededInitializer({ ...parameters, kind: name, ...values });
}
