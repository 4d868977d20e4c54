import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError, option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { seededInitializer } from './initializers.js';
import { isTraining, LayerNumbers } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/** Options of {@link MultiHeadAttention}. */
export interface MultiHeadAttentionOptions extends LayerOptions {
  /** How many heads; >= 1. */
  readonly heads: number;
  /** Size of each head's queries and keys; >= 1. */
  readonly keySize: number;
  /** Size of each head's values; >= 1. Default: `keySize`. */
  readonly valueSize?: number;
  /** Size of what comes out; >= 1. Default: the query's. */
  readonly outputSize?: number;
  /** Dropout rate of the attention weights; 0 <= rate < 1. Default 0. */
  readonly dropout?: number;
  /** Whether a place may only look at itself and those before it. Default false. */
  readonly causal?: boolean;
  /** Whether the four projections have biases; that of the keys moves no output, as in Keras. Default true. */
  readonly bias?: boolean;
  /** A whole number >= 0 that fixes the initial weights, and the dropout outside a run. Default 0. */
  readonly seed?: number;
}

/** What a place that must not be looked at gets in place of its score: its weight is then 0, also in float16. */
const HIDDEN = -1e9;

/**
 * Scaled dot-product attention with several heads.
 *
 * ```text
 * head_h = softmax(Q_h K_h' / sqrt(keySize)) V_h,   Q_h = query Wq_h + bq_h and so on
 * y = [head_1 ... head_H] Wo + bo
 * ```
 *
 * Called on one tensor `[N, T, C]` (self-attention), on `[query, value]` or on `[query, value, key]`, where key is value unless given:
 * query `[N, T, C]`, value and key `[N, S, D]`. Gives `[N, T, outputSize]`. Kernels are `query_kernel` `[C, heads * keySize]`, `key_kernel`,
 * `value_kernel` and `output_kernel` `[heads * valueSize, outputSize]`, drawn as Glorot and Bengio's uniform from (seed, layer name).
 * Masks of the value are respected: padded places get no weight.
 *
 * @throws EspalierError `invalid-option` for bad options; `invalid-model` for inputs of another rank.
 * @example
 * ```ts
 * const inputs = tfl.input({ shape: [10, 16] });
 * const attended = new MultiHeadAttention({ heads: 2, keySize: 8, seed: 1 }).apply(inputs) as tfl.SymbolicTensor;
 * const model = tfl.model({ inputs, outputs: tfl.layers.add().apply([inputs, attended]) as tfl.SymbolicTensor });
 * ```
 * Source: Vaswani et al. (2017), as `MultiHeadAttention` of Keras.
 */
export class MultiHeadAttention extends tfl.layers.Layer {
  static readonly className = 'EspalierMultiHeadAttention';
  static {
    tf.serialization.registerClass(this);
  }

  readonly #options: Required<
    Omit<MultiHeadAttentionOptions, keyof LayerOptions | 'valueSize' | 'outputSize'>
  > & {
    readonly valueSize: number;
    readonly outputSize: number | undefined;
  };
  readonly #numbers: LayerNumbers;
  readonly #weights = new Map<string, tfl.LayerVariable>();

  constructor(options: MultiHeadAttentionOptions) {
    const size = { min: 1 } as const;
    const read = readLayerOptions('multi-head-attention', options, {
      heads: option.integer(size),
      keySize: option.integer(size),
      valueSize: option.integer({ ...size, optional: true }),
      outputSize: option.integer({ ...size, optional: true }),
      dropout: option.number({ min: 0, max: 1, exclusiveMax: true, default: 0 }),
      causal: option.boolean({ default: false }),
      bias: option.boolean({ default: true }),
      seed: option.seed({ default: 0 }),
    });
    super(options as unknown as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    const { heads, keySize, valueSize = keySize, outputSize, dropout, causal, bias, seed } = read;
    this.#options = { heads, keySize, valueSize, outputSize, dropout, causal, bias, seed };
    this.supportsMasking = true;
    this.#numbers = new LayerNumbers('attention-dropout', seed);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const { heads, keySize, valueSize } = this.#options;
    const [query, value, key] = this.#shapes(inputShape);
    const outputs = this.#options.outputSize ?? sizeOf(query);
    this.#add('query', sizeOf(query), heads * keySize);
    this.#add('key', sizeOf(key), heads * keySize);
    this.#add('value', sizeOf(value), heads * valueSize);
    this.#add('output', heads * valueSize, outputs);
    this.built = true;
  }

  #add(name: string, inputs: number, units: number): void {
    const { bias, seed } = this.#options;
    const initializer = seededInitializer('glorotUniform', { seed, name: `${this.name}/${name}_kernel` });
    const add = (weight: string, shape: number[], start: ReturnType<typeof tfl.initializers.zeros>) =>
      this.#weights.set(weight, this.addWeight(weight, shape, 'float32', start, undefined, true));
    add(`${name}_kernel`, [inputs, units], initializer);
    if (bias) add(`${name}_bias`, [units], tfl.initializers.zeros());
  }

  #shapes(given: tfl.Shape | tfl.Shape[]): [query: tfl.Shape, value: tfl.Shape, key: tfl.Shape] {
    const shapes = (Array.isArray(given[0]) ? given : [given]) as tfl.Shape[];
    const [query, value = query!, key = value] = shapes;
    const fits = shapes.length <= 3 && shapes.every((one) => one.length === 3 && typeof one[2] === 'number');
    if (fits) return [query!, value, key];
    throw new EspalierError({
      code: 'invalid-model',
      scope: `multi-head-attention '${this.name}'`,
      message: `it takes one to three inputs [N, T, C] with a known C, got ${describe(shapes)}.`,
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [query] = this.#shapes(inputShape);
    return [query[0]!, query[1]!, this.#options.outputSize ?? query[2]!];
  }

  override computeMask(_inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (Array.isArray(mask) ? mask[0] : mask) as tf.Tensor;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [query, value = query!, key = value] = Array.isArray(inputs) ? inputs : [inputs];
      const { heads, keySize, valueSize, dropout } = this.#options;
      const q = this.#split(this.#project('query', query!), heads, keySize);
      const k = this.#split(this.#project('key', key), heads, keySize);
      const v = this.#split(this.#project('value', value), heads, valueSize);
      const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(keySize));
      let weights = tf.softmax(this.#hide(scores, heads, kwargs['mask']), -1);
      if (dropout > 0 && isTraining(kwargs)) {
        const kept = tf.greaterEqual(this.#numbers.uniforms(this.name, weights.shape), dropout);
        weights = tf.mul(weights, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - dropout)));
      }
      const [examples, places] = [query!.shape[0]!, query!.shape[1]!];
      const attended = tf.reshape(tf.matMul(weights, v), [examples, heads, places, valueSize]);
      const joined = tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [examples, places, heads * valueSize]);
      return this.#project('output', joined);
    });
  }

  /** `[N, T, heads * size]` as `[N * heads, T, size]`. */
  #split(x: tf.Tensor, heads: number, size: number): tf.Tensor {
    const [examples, places] = [x.shape[0]!, x.shape[1]!];
    const apart = tf.transpose(tf.reshape(x, [examples, places, heads, size]), [0, 2, 1, 3]);
    return tf.reshape(apart, [examples * heads, places, size]);
  }

  #project(name: string, x: tf.Tensor): tf.Tensor {
    const [examples, places, size] = x.shape as [number, number, number];
    const rows = tf.matMul(
      tf.reshape(x, [examples * places, size]),
      this.#weights.get(`${name}_kernel`)!.read(),
    );
    const bias = this.#weights.get(`${name}_bias`);
    return tf.reshape(bias ? tf.add(rows, bias.read()) : rows, [examples, places, -1]);
  }

  /** Scores `[N * heads, T, S]` with those of padded and of later places taken out. */
  #hide(scores: tf.Tensor, heads: number, masks: unknown): tf.Tensor {
    let open = scores;
    const [queries, keys] = [scores.shape[1]!, scores.shape[2]!];
    if (this.#options.causal) {
      const later = Float32Array.from({ length: queries * keys }, (_, i) =>
        i % keys > Math.floor(i / keys) ? HIDDEN : 0,
      );
      open = tf.add(open, tf.tensor(later, [1, queries, keys]));
    }
    const mask = (Array.isArray(masks) ? (masks[1] ?? masks[0]) : masks) as tf.Tensor | null | undefined;
    if (mask) {
      const hidden = tf.mul(tf.sub(1, tf.cast(mask, 'float32')), HIDDEN);
      const each = tf.tile(tf.reshape(hidden, [-1, 1, 1, keys]), [1, heads, 1, 1]);
      open = tf.add(open, tf.reshape(each, [-1, 1, keys]));
    }
    return open;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { outputSize, ...rest } = this.#options;
    return { ...super.getConfig(), ...rest, ...(outputSize === undefined ? {} : { outputSize }) };
  }
}

const sizeOf = (shape: tfl.Shape): number => shape[2]!;
