import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError, option, readOptions, stream } from '@espalier/core';
import {
  describe,
  leafLayers,
  partsOf,
  placesOf,
  prepareTfjs,
  refuseOtherCopy,
} from '@espalier/core/internal';

/** Options of {@link initializeWeights}. */
export interface InitializeWeightsOptions {
  /** A whole number >= 0; the run's seed. */
  readonly seed: number;
}

/** The part of tfjs-layers' initializers of random numbers that is used. */
interface RandomInitializer {
  seed?: number | null;
  apply(shape: readonly number[]): tf.Tensor;
}

/** The part of tfjs-layers' LayerVariable that is used. */
interface LayerVariable {
  readonly originalName: string;
  readonly shape: readonly number[];
  write(value: tf.Tensor): unknown;
}

/**
 * Draws the initial weights of a model from one seed, where its layers are those of TensorFlow.js with initializers that have no
 * seed of their own: these draw by `Math.random`, before there is a trainer whose seed could reach them.
 *
 * Each weight keeps the distribution of its initializer, and gets numbers of its own, by its layer's name and place. Weights that
 * were not drawn at random (biases of zeros), and those of seeded initializers, stay as they are. Models of {@link mlp} and
 * {@link cnn} need none of this: they take a seed.
 *
 * @param model A built model, just made: what it has learnt is lost.
 * @param options.seed A whole number >= 0.
 * @returns The same model.
 * @throws EspalierError `invalid-option`; `invalid-model` for what is no built LayersModel, `two-copies` for one of another tfjs copy.
 * @example
 * ```ts
 * const model = initializeWeights(
 *   tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [4] })] }),
 *   { seed: 1 },
 * );
 * ```
 */
export function initializeWeights<M extends tfl.LayersModel>(model: M, options: InitializeWeightsOptions): M {
  const { seed } = readOptions('initialize-weights', options, { seed: option.seed() }).values;
  if (!(model instanceof tfl.LayersModel)) refuseOtherCopy(model, 'initialize-weights');
  if (!(model instanceof tfl.LayersModel) || !model.inputs)
    throw new EspalierError({
      code: 'invalid-model',
      scope: 'initialize-weights',
      message: `it takes a LayersModel that is built (its first layer has an \`inputShape\`), got ${describe(model)}.`,
    });
  prepareTfjs();
  const layers = leafLayers(model);
  const places = placesOf(layers);
  for (const layer of layers) {
    const { resetScale } = layer as { resetScale?(): void };
    // Wrappers list the weights of what they hold.
    const holders = partsOf(layer).filter((part) => partsOf(part).length === 1);
    holders.forEach((holder, i) => {
      for (const variable of holder.weights as unknown as LayerVariable[]) {
        const weight = variable.originalName.slice(variable.originalName.lastIndexOf('/') + 1);
        const initializer = initializerOf(holder, weight);
        if (!initializer) continue;
        const owner = places.get(layer.name) ?? layer.name;
        // A seed of 0 is the initializer's own, though TensorFlow.js forgets it.
        const numbers = stream(initializer.seed ?? seed, `initializer/${owner}/${i}/${weight}`);
        const forgets = weight === 'bias' && (holder as { unitForgetBias?: boolean }).unitForgetBias === true;
        draw(variable, initializer, numbers.uniform(), forgets);
      }
    });
    resetScale?.call(layer);
  }
  return model;
}

const RANDOM = new Set([
  'RandomUniform',
  'RandomNormal',
  'TruncatedNormal',
  'VarianceScaling',
  'GlorotUniform',
  'GlorotNormal',
  'HeUniform',
  'HeNormal',
  'LeCunUniform',
  'LeCunNormal',
  'Orthogonal',
]);

/** The initializer of a weight, where it draws at random without a seed. */
function initializerOf(holder: object, weight: string): RandomInitializer | undefined {
  // recurrent_kernel: recurrentInitializer, depthwise_kernel: depthwiseInitializer, embeddings: embeddingsInitializer.
  // moving_mean: movingMeanInitializer.
  const stem = weight.replace(/_kernel$/, '').replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const found = (holder as Record<string, unknown>)[`${stem}Initializer`] as
    (RandomInitializer & { getClassName(): string }) | undefined;
  if (!found || !RANDOM.has(found.getClassName())) return undefined;
  return found.seed == null || (found.seed === 0 && !keepsZero(found)) ? found : undefined;
}

/** TensorFlow.js takes a seed of 0 for none where numbers are normal. */
function keepsZero(initializer: RandomInitializer): boolean {
  return tf.tidy(() => {
    const [one, other] = [0, 0].map(() => initializer.apply([2, 2]).dataSync());
    return String(one) === String(other);
  });
}

/** @param number In [0, 1): decides the numbers. */
function draw(
  variable: LayerVariable,
  initializer: RandomInitializer,
  number: number,
  forgets: boolean,
): void {
  const { seed = null } = initializer;
  // TensorFlow.js takes a seed of 0 for none.
  initializer.seed = 1 + Math.floor(number * 0x7ffffffe);
  try {
    tf.tidy(() => {
      const drawn = initializer.apply(variable.shape);
      variable.write(forgets ? withForgetGate(drawn) : drawn);
    });
  } finally {
    initializer.seed = seed;
  }
}

/** The biases of four gates, those of the second, which lets a cell forget, 1. */
function withForgetGate(biases: tf.Tensor): tf.Tensor {
  const [input, forget, cell, output] = tf.split(biases, 4);
  return tf.concat([input!, tf.onesLike(forget!), cell!, output!]);
}
