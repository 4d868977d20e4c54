import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, option, readOptions, sizeOf, stream } from '@espalier/core';

type SerializableConstructor<T extends tf.serialization.Serializable> =
  tf.serialization.SerializableConstructor<T>;

/** What TensorFlow.js' layers take as `kernelInitializer`. */
export type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/** Names of initial distributions. */
export type InitializerName =
  | 'glorotUniform'
  | 'glorotNormal'
  | 'heUniform'
  | 'heNormal'
  | 'lecunUniform'
  | 'lecunNormal'
  | 'torchUniform';

/** Variance = scale / fan, where fan is `in`, or the `mean` of in and out. */
const KINDS: Readonly<Record<InitializerName, { scale: number; fan: 'in' | 'mean'; normal: boolean }>> = {
  glorotUniform: { scale: 1, fan: 'mean', normal: false },
  glorotNormal: { scale: 1, fan: 'mean', normal: true },
  heUniform: { scale: 2, fan: 'in', normal: false },
  heNormal: { scale: 2, fan: 'in', normal: true },
  lecunUniform: { scale: 1, fan: 'in', normal: false },
  lecunNormal: { scale: 1, fan: 'in', normal: true },
  torchUniform: { scale: 1 / 3, fan: 'in', normal: false },
};

/** All {@link InitializerName}s. */
export const initializerNames = Object.keys(KINDS) as InitializerName[];

/** Standard deviation of a standard normal cut off at -2 and 2. */
const TRUNCATED_STD = 0.8796256610342398;

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

  readonly #kind: InitializerName;
  readonly #seed: number;
  readonly #name: string;

  constructor(config: { kind: InitializerName; seed: number; name: string }) {
    super();
    this.#kind = config.kind;
    this.#seed = config.seed;
    this.#name = config.name;
  }

  override apply(shape: number[]): tf.Tensor {
    const { scale, fan, normal } = KINDS[this.#kind];
    const [fanIn, fanOut] = fans(shape);
    const std = Math.sqrt(scale / Math.max(1, fan === 'in' ? fanIn : (fanIn + fanOut) / 2));
    const numbers = stream(this.#seed, `initializer/${this.#name}`);
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) {
      values[i] =
        std * (normal ? truncatedNormal(() => numbers.normal()) : Math.sqrt(3) * (2 * numbers.uniform() - 1));
    }
    return tf.tensor(values, shape, 'float32');
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { kind: this.#kind, seed: this.#seed, name: this.#name };
  }
}

/** Inputs and outputs that one weight's unit is connected to: the last two axes, times the field of a convolution. */
function fans(shape: readonly number[]): [fanIn: number, fanOut: number] {
  if (shape.length < 2) return [sizeOf(shape), sizeOf(shape)];
  const field = sizeOf(shape.slice(0, -2));
  return [field * shape.at(-2)!, field * shape.at(-1)!];
}

function truncatedNormal(normal: () => number): number {
  for (;;) {
    const value = normal();
    if (Math.abs(value) <= 2) return value / TRUNCATED_STD;
  }
}

/** Makes the class known to TensorFlow.js, so that models which use it can be read from JSON. */
export function registerInitializer(): void {
  tf.serialization.registerClass(SeededInitializer);
}

/**
 * Initial values for a kernel that no other parameter shares, for the layers of TensorFlow.js: seed and parameter name
 * are hashed together, where TensorFlow.js gives equal seeds equal numbers.
 *
 * ```text
 * glorot*: Var(w) = 2 / (fanIn + fanOut)     he*: 2 / fanIn     lecun*: 1 / fanIn
 * *Uniform: U(-a, a), a = sqrt(3 Var)        *Normal: normal cut off at two deviations, rescaled to Var
 * torchUniform: U(-1 / sqrt(fanIn), 1 / sqrt(fanIn)), PyTorch's default for kernels
 * ```
 *
 * @param kind Which distribution.
 * @param options.seed A whole number >= 0.
 * @param options.name The parameter's name, e.g. `hidden_1/kernel`.
 * @returns A value for a layer's `kernelInitializer`; it survives `model.toJSON`.
 * @throws EspalierError `invalid-option` for an unknown kind, a bad seed or an empty name.
 * @example
 * ```ts
 * const kernelInitializer = seededInitializer('heNormal', { seed: 1, name: 'hidden_1/kernel' });
 * tfl.layers.dense({ name: 'hidden_1', units: 64, activation: 'relu', kernelInitializer });
 * ```
 * Source: Glorot and Bengio (2010); He et al. (2015); truncation as Keras.
 */
export function seededInitializer(kind: InitializerName, options: SeededInitializerOptions): Initializer {
  checkOptions('seeded-initializer').oneOf('kind', kind, initializerNames);
  const { values } = readOptions('seeded-initializer', options, { seed: option.seed(), name: option.text() });
  return new SeededInitializer({ kind, ...values });
}
