import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { checkOptions, EspalierError, option, readOptions, stream } from '@espalier/core';
import { formatShape, prepareTfjs, toHostArray, valueAndGradients } from '@espalier/core/internal';
import { knownNames } from '../known-names.js';
import { applyLayers, bindLayers } from '../layers/run-layers.js';

/** Options of {@link measuredReceptiveField}. */
export interface MeasuredReceptiveFieldOptions {
  /** Name of a layer with places, `[N, ..., C]`. */
  readonly layer: string;
  /** How many random inputs. Default 20. */
  readonly samples?: number;
  /** Shape of the input without examples, where the model leaves it open. */
  readonly shape?: readonly number[];
  /** Default 0. */
  readonly seed?: number;
}

/** What the middle of a layer's output hangs on. */
export interface MeasuredReceptiveField {
  readonly layer: string;
  /** The place of the output that was looked at: its middle. */
  readonly place: readonly number[];
  /** First place of the input with any influence, along each axis; empty where nothing has any. */
  readonly start: readonly number[];
  /** How many places from there to the last with any influence. */
  readonly size: readonly number[];
  /** `[height, width]` float32: mean over inputs and channels of |d output / d input|. */
  readonly influence: HostArray;
}

/**
 * What the middle of a layer's output hangs on in fact: the mean gradient over random normal inputs, with the weights as they are.
 *
 * @param model With one input `[N, ..., channels]`.
 * @param options.layer Which layer.
 * @param options.samples Default 20.
 * @param options.shape Default: as the model says.
 * @param options.seed Default 0.
 * @throws EspalierError `invalid-option`, `invalid-model`.
 * @example
 * ```ts
 * const network = cnn({ inputs: [28, 28, 1], outputs: 10 });
 * const { size } = await measuredReceptiveField(network, { layer: network.layers[1]!.name });
 * console.log(size);
 * ```
 *
 * Luo et al., Understanding the effective receptive field, 2016.
 */
export async function measuredReceptiveField(
  model: tfl.LayersModel,
  options: MeasuredReceptiveFieldOptions,
): Promise<MeasuredReceptiveField> {
  const scope = 'measured-receptive-field';
  const { layer, samples, shape, seed } = readOptions(scope, options, {
    layer: option.text(),
    samples: option.integer({ min: 1, default: 20 }),
    shape: option.list<number, { readonly optional: true; readonly min: 2 }>(option.integer({ min: 1 }), {
      optional: true,
      min: 2,
    }),
    seed: option.seed({ default: 0 }),
  }).values;
  const bound = bindLayers(scope, model);
  const entries = Object.entries(bound.inputShapes);
  if (entries.length !== 1)
    throw new EspalierError({
      code: 'invalid-model',
      scope,
      message: `the model has ${entries.length} inputs.`,
    });
  const [[input, own]] = entries as [[string, readonly (number | null)[]]];
  const given = shape ?? own.slice(1);
  if (given.some((length) => length === null) || given.length < 2)
    checkOptions(scope).fail('shape', `the shape of one example, for an input ${formatShape(own)}`, shape);
  const names = bound
    .layers()
    .filter((one) => (one.shape?.length ?? 0) > 2)
    .map(({ name }) => name);
  if (!names.includes(layer))
    checkOptions(scope).fail('layer', `a layer with places (${knownNames(names, layer)})`, layer);
  prepareTfjs();
  const size = [samples, ...(given as number[])];
  let place: number[] = [];
  const influence = tf.tidy(() => {
    const count = size.reduce((product, length) => product * length, 1);
    const x = tf.tensor(stream(seed, scope, 0).normals(count), size, 'float32');
    const { gradients } = valueAndGradients(
      () => {
        let middle: tf.Scalar | undefined;
        applyLayers(bound, { [input]: x }, bound.weights(), (name, output) => {
          if (name !== layer) return;
          place = output.shape.slice(1, -1).map((length) => Math.floor((length - 1) / 2));
          const from = [0, ...place, 0];
          const lengths = [output.shape[0]!, ...place.map(() => 1), output.shape.at(-1)!];
          middle = tf.sum<tf.Scalar>(tf.slice(output, from, lengths));
        });
        return { value: middle!, aux: {} };
      },
      { x },
    );
    const slope = tf.abs(gradients['x'] ?? tf.zerosLike(x));
    return tf.mean(slope, [0, slope.rank - 1]);
  });
  try {
    const array = await toHostArray(influence);
    return { layer, place, ...extent(array), influence: array };
  } finally {
    influence.dispose();
  }
}

/** The smallest box around what is not 0. */
function extent({ data, shape }: HostArray): Pick<MeasuredReceptiveField, 'start' | 'size'> {
  const [low, high] = [shape.map(() => Infinity), shape.map(() => -1)];
  data.forEach((value: number, i: number) => {
    if (value === 0) return;
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      low[axis] = Math.min(low[axis]!, at);
      high[axis] = Math.max(high[axis]!, at);
    }
  });
  if (high.some((last) => last < 0)) return { start: [], size: shape.map(() => 0) };
  return { start: low, size: low.map((first, axis) => high[axis]! - first + 1) };
}
