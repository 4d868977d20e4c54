import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { checkOptions, EspalierError, option, readOptions, stream, toTensorData } from '@espalier/core';
import { prepareTfjs, valueAndGradients } from '@espalier/core/internal';
import type { AnyArray } from '../given-arrays.js';
import { failData, hostArray } from '../given-arrays.js';
import { knownNames } from '../known-names.js';
import type { LayeredModel } from '../layers/run-layers.js';
import { applyLayers, bindLayers } from '../layers/run-layers.js';
import type { HostPicture } from './host-picture.js';
import { resized, rolled } from './host-picture.js';

/** Options of {@link deepDream}. */
export interface DeepDreamOptions {
  /** Name of the layer whose answer grows, e.g. `conv_2`. Only layers that slide over the picture may stand before it. */
  readonly layer: string;
  /** A channel of it, whose mean grows. Default: the squares of all channels grow, so that what is seen is seen more. */
  readonly channel?: number;
  /** In how many sizes, the smallest first. Default 4. */
  readonly octaves?: number;
  /** How much larger a size is than the one before; > 1. Default 1.4. */
  readonly octaveScale?: number;
  /** Steps in each size. Default 10. */
  readonly steps?: number;
  /** What a step adds to an entry on average, in the units of the picture; > 0. Default 0.01. */
  readonly stepSize?: number;
  /** By how many pixels the picture is moved about at most, at random, before each step. Default 0. */
  readonly jitter?: number;
  /** `[lowest, highest]` that each entry is clipped to after each step. Default `[0, 1]`. */
  readonly bounds?: readonly [number, number];
  /** Fixes the jitter. Default 0. */
  readonly seed?: number;
}

/** What a layer makes of a picture. */
export interface DeepDream {
  readonly layer: string;
  /** `[height, width, channels]` float32, of the size of the picture. */
  readonly picture: HostArray;
  /** Of each octave: its size, and what grew before each step and after the last, `steps + 1` numbers. */
  readonly octaves: readonly {
    readonly height: number;
    readonly width: number;
    readonly activations: readonly number[];
  }[];
}

/**
 * Deep dream: draws into a picture what a layer sees in it, large forms first. The picture is made small, the layer's answer is climbed,
 * what that added is enlarged and laid over the next larger copy, and so on up to the picture's own size.
 *
 * ```text
 * x <- clip(x + stepSize g / mean |g|),  g = d/dx mean over places of sum over channels of a^2 / 2, or of a[channel]
 * ```
 *
 * @param model A `tf.LayersModel` of one input `[height, width, channels]`. Its layers up to `layer` are applied to pictures of any size.
 * @param picture `[height, width, channels]` or `[1, height, width, channels]`, in the units that the model takes. It stays the caller's.
 * @param options.layer Its name.
 * @param options.channel Default: all.
 * @param options.octaves Default 4.
 * @param options.octaveScale Default 1.4.
 * @param options.steps Default 10.
 * @param options.stepSize Default 0.01.
 * @param options.jitter Default 0.
 * @param options.bounds Default `[0, 1]`.
 * @param options.seed Default 0.
 * @throws EspalierError `invalid-model` for a model that takes no pictures or has a layer in the way that needs one size; `invalid-option`
 *   for an unknown layer or channel; `invalid-data` for another picture, one too small for so many octaves, and where nothing answers.
 * @example
 * ```ts
 * const network = cnn({ inputs: [28, 28, 1], outputs: 10, seed: 1 });
 * const { picture } = await deepDream(network, tf.randomUniform([28, 28, 1], 0, 1, 'float32', 1), {
 *   layer: 'conv_1',
 *   octaves: 2,
 *   steps: 2,
 * });
 * console.log(picture.shape);
 * ```
 *
 * Mordvintsev, Olah, Tyka, Inceptionism, 2015, and their notebook: its `objective_L2`, its octaves and its step.
 */
export async function deepDream(
  model: tfl.LayersModel,
  picture: AnyArray,
  options: DeepDreamOptions,
): Promise<DeepDream> {
  const { layer, channel, octaves, octaveScale, steps, stepSize, jitter, bounds, seed } = readOptions(
    SCOPE,
    options,
    RULES,
  ).values;
  const part = partUpTo(model, layer);
  const original = await pictureOf(picture, part);
  const sizes = [original];
  for (let i = 1; i < octaves; i++) {
    const { height, width } = sizes[0]!;
    const [rows, columns] = [Math.round(height / octaveScale), Math.round(width / octaveScale)];
    if (rows < 1 || columns < 1 || rows * columns === height * width)
      failData(
        SCOPE,
        `a picture of ${original.height} x ${original.width} is too small for ${octaves} octaves.`,
      );
    sizes.unshift(resized(sizes[0]!, rows, columns));
  }
  const moves = stream(seed, 'deep-dream', 0);
  const move = (): number => Math.floor(moves.uniforms(1)[0]! * (2 * jitter + 1)) - jitter;
  const clip = (value: number): number => Math.min(bounds[1], Math.max(bounds[0], value));

  const found: DeepDream['octaves'][number][] = [];
  let detail: HostPicture | undefined;
  let now = original;
  for (const base of sizes) {
    const { height, width } = base;
    const added: HostPicture | undefined = detail && resized(detail, height, width);
    now = { ...base, values: base.values.map((value, i) => value + (added?.values[i] ?? 0)) };
    const activations: number[] = [];
    for (let step = 0; step <= steps; step++) {
      const [down, right] = jitter > 0 && step < steps ? [move(), move()] : [0, 0];
      const climbed = await climb(part, layer, channel, rolled(now, down, right));
      activations.push(climbed.activation);
      if (step === steps) break;
      const size = climbed.gradient.reduce((sum, g) => sum + Math.abs(g), 0) / climbed.gradient.length;
      if (!(size > 0 && Number.isFinite(size)))
        failData(
          SCOPE,
          `the gradient of '${layer}' in the picture is ${size === 0 ? '0: nothing in it answers' : 'not finite'}. Take another picture or channel.`,
        );
      const back = rolled({ ...now, values: climbed.gradient }, -down, -right);
      now = {
        ...now,
        values: now.values.map((value, i) => clip(value + (stepSize * back.values[i]!) / size)),
      };
    }
    detail = { ...now, values: now.values.map((value, i) => value - base.values[i]!) };
    found.push({ height, width, activations });
  }
  return {
    layer,
    picture: {
      data: Float32Array.from(now.values),
      shape: [original.height, original.width, original.channels],
      dtype: 'float32',
    },
    octaves: found,
  };
}

const SCOPE = 'deep-dream';

const RULES = {
  layer: option.text(),
  channel: option.integer({ min: 0, optional: true }),
  octaves: option.integer({ min: 1, default: 4 }),
  octaveScale: option.number({ min: 1, exclusiveMin: true, default: 1.4 }),
  steps: option.integer({ min: 1, default: 10 }),
  stepSize: option.number({ min: 0, exclusiveMin: true, default: 0.01 }),
  jitter: option.integer({ min: 0, default: 0 }),
  bounds: option.custom<readonly [number, number]>({
    default: [0, 1],
    expected: '[lowest, highest], finite and rising',
    accepts: (value) =>
      Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1],
  }),
  seed: option.seed({ default: 0 }),
};

/** The layers up to one, as a model that shares their weights. */
function partUpTo(model: tfl.LayersModel, layer: string): LayeredModel {
  const whole = bindLayers(SCOPE, model);
  const shapes = Object.values(whole.inputShapes);
  const names = whole.layers().map(({ name }) => name);
  if (!names.includes(layer))
    checkOptions(SCOPE).fail('layer', `the name of a layer (${knownNames(names, layer)})`, layer);
  // Layers without a name are known by their places, which are those of the model's own list.
  const own = model.layers[names.length === model.layers.length ? names.indexOf(layer) : -1];
  const found = own ?? model.layers.find(({ name }) => name === layer);
  const output = found?.inboundNodes.length === 1 ? (found.output as tfl.SymbolicTensor) : undefined;
  if (shapes.length !== 1 || shapes[0]!.length !== 4)
    refuse('the model must have one input, pictures [height, width, channels].');
  if (!output || Array.isArray(output) || output.shape.length !== 4)
    return refuse(
      `'${layer}' must be a layer of the model itself, applied once, that gives [height, width, channels].`,
    );
  return bindLayers(SCOPE, tfl.model({ inputs: model.inputs, outputs: output }));
}

async function pictureOf(picture: AnyArray, part: LayeredModel): Promise<HostPicture> {
  const { shape } = (picture ?? {}) as Partial<AnyArray>;
  const own = Array.isArray(shape) && shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const channels = Object.values(part.inputShapes)[0]![3];
  if (!Array.isArray(own) || own.length !== 3 || own.includes(0) || own[2] !== channels)
    return failData(SCOPE, `the picture must be [height, width, ${channels}], got [${shape}].`);
  const values = Float64Array.from(toTensorData(await hostArray(SCOPE, 'picture', picture)));
  if (!values.every(Number.isFinite)) failData(SCOPE, 'the picture has numbers that are not finite.');
  return { height: own[0]!, width: own[1]!, channels: own[2], values };
}

/** What the layer answers, and its gradient in the picture. */
async function climb(
  part: LayeredModel,
  layer: string,
  channel: number | undefined,
  { height, width, channels, values }: HostPicture,
): Promise<{ readonly activation: number; readonly gradient: Float64Array }> {
  prepareTfjs();
  const name = Object.keys(part.inputShapes)[0]!;
  const [value, gradient] = tf.tidy(() => {
    const x = tf.tensor(Float32Array.from(values), [1, height, width, channels], 'float32');
    const answer = (): tf.Scalar => {
      const output = inSize(part, { [name]: x }, layer, `${height} x ${width}`);
      const last = output.shape.at(-1)!;
      if (channel === undefined) return tf.mul<tf.Scalar>(tf.mean(tf.square(output)), last / 2);
      if (channel >= last)
        checkOptions(SCOPE).fail('channel', `less than ${last}, what '${layer}' has`, channel);
      return tf.mean<tf.Scalar>(tf.slice(tf.reshape(output, [-1, last]), [0, channel], [-1, 1]));
    };
    const found = valueAndGradients(() => ({ value: answer(), aux: {} }), { x });
    return [found.value, found.gradients['x'] ?? tf.zerosLike(x)] as [tf.Scalar, tf.Tensor];
  });
  try {
    return { activation: (await value.data())[0]!, gradient: Float64Array.from(await gradient.data()) };
  } finally {
    tf.dispose([value, gradient]);
  }
}

/** What the layer gives for a picture of any size. */
function inSize(
  part: LayeredModel,
  inputs: Record<string, tf.Tensor>,
  layer: string,
  size: string,
): tf.Tensor {
  let output: tf.Tensor | undefined;
  let cause: unknown;
  try {
    output = Object.values(applyLayers(part, inputs, part.weights(), () => undefined))[0];
  } catch (error) {
    cause = error;
  }
  if (output && output.size > 0) return output;
  return refuse(
    `a picture of ${size} cannot pass the layers up to '${layer}', which must slide over pictures of any size ` +
      `and not be larger than they. Fewer octaves or an earlier layer may help.`,
    cause,
  );
}

function refuse(message: string, cause?: unknown): never {
  throw new EspalierError({
    code: 'invalid-model',
    scope: SCOPE,
    message,
    ...(cause === undefined ? {} : { cause }),
  });
}
