import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { option } from '@espalier/core';
import { onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/** Options of {@link IntegerLookup}. */
export interface IntegerLookupOptions extends LayerOptions {
  /** The numbers that are known, each once, in the order of their places. */
  readonly vocabulary: readonly number[];
  /** `index` gives places, `oneHot` a row with a 1 at the place. Default `index`. */
  readonly encoding?: 'index' | 'oneHot';
}

/**
 * Looks whole numbers up in a vocabulary that is saved with the model: codes, years, identifiers become places 1, 2, ..., and 0 what is
 * not known.
 *
 * ```text
 * y = 1 + place of x in the vocabulary, 0 where it is not there
 * ```
 *
 * For inputs `[N, ...]` of any type whose numbers are whole; `index` gives `[N, ...]` float32 for an Embedding, `oneHot` `[N, ..., K + 1]` for K
 * numbers. No gradient flows to the input. Numbers beyond 2^24 have neighbours that float32 cannot tell apart, and are refused.
 *
 * @throws EspalierError `invalid-option` for bad options, e.g. a number that stands twice in the vocabulary.
 * @example
 * ```ts
 * const layer = new IntegerLookup({ vocabulary: [1970, 1980, 1990], encoding: 'oneHot', inputShape: [1] });
 * tfl.sequential({ layers: [layer, tfl.layers.flatten(), tfl.layers.dense({ units: 1 })] });
 * ```
 * Source: Keras's `IntegerLookup` with one place for what is not known.
 */
export class IntegerLookup extends tfl.layers.Layer {
  static readonly className = 'EspalierIntegerLookup';
  static {
    tf.serialization.registerClass(this);
  }

  readonly vocabulary: readonly number[];
  readonly encoding: 'index' | 'oneHot';

  constructor(options: IntegerLookupOptions) {
    const { vocabulary, encoding } = readLayerOptions('integer-lookup', options, {
      vocabulary: option.custom<readonly number[]>({
        expected: 'a list of different whole numbers from -2^24 to 2^24',
        accepts: (value) =>
          Array.isArray(value) &&
          value.length > 0 &&
          value.every((one) => Number.isInteger(one) && Math.abs(one as number) <= 2 ** 24) &&
          new Set(value).size === value.length,
      }),
      encoding: option.oneOf(['index', 'oneHot'], { default: 'index' }),
    });
    super(options as unknown as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.vocabulary = vocabulary;
    this.encoding = encoding;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    return this.encoding === 'oneHot' ? [...shape, this.vocabulary.length + 1] : shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      const column = tf.reshape(tf.cast(x, 'float32'), [-1, 1]);
      const found = tf.cast(tf.equal(column, tf.tensor2d([[...this.vocabulary]])), 'float32');
      if (this.encoding === 'oneHot') {
        const unknown = tf.sub(1, tf.sum(found, 1, true));
        return tf.reshape(tf.concat([unknown, found], 1), [...x.shape, this.vocabulary.length + 1]);
      }
      const places = tf.tensor2d([this.vocabulary.map((_, i) => i + 1)]);
      return tf.reshape(tf.sum(tf.mul(found, places), 1), x.shape);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), vocabulary: [...this.vocabulary], encoding: this.encoding };
  }
}
