import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { checkOptions, option, readOptions, stream, toTensorData } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import { failData, hostArray } from '../given-arrays.js';
import type { Lime, LimeOptions } from './lime.js';
import { LIME_RULES } from './lime.js';
import type { Neighbourhood } from './local-linear-model.js';
import { localLinearModel } from './local-linear-model.js';
import { scoresOfRows } from './scores-of-rows.js';
import { ATTRIBUTION_RULES } from './score.js';

/** Options of {@link limeImages}. */
export interface LimeImagesOptions extends LimeOptions {
  /** Side of the squares that a picture is cut into, in pixels; or `[height * width]`, row by row, the segment of each pixel, from 0. */
  readonly segments?: number | readonly number[];
  /** What stands in hidden segments: a number, or `mean`, their own mean colour. Default `mean`. */
  readonly hidden?: number | 'mean';
}

/** LIME of pictures: which of their parts an output hangs on. */
export interface LimeImages extends Lime {
  /** `[height * width]`, the segment of each pixel. */
  readonly segments: readonly number[];
}

/**
 * LIME of pictures: half of the segments are hidden at random, again and again, the model is asked about what is left, and a linear model
 * is fitted to its answers. A weight is what it adds that a segment is seen.
 *
 * @param model Of one input `[N, height, width, channels]`.
 * @param pictures `[N, height, width, channels]`. They stay the caller's.
 * @param options.segments Default: squares, a seventh of the shorter side, all over the picture.
 * @param options.hidden Default `mean`.
 * @param options.samples Default 1000. One forward pass over as many pictures for each.
 * @param options.features Default: all segments.
 * @param options.kernelWidth Default 0.25; the distance is 1 less the cosine between what is seen and all.
 * @param options.ridge Default 1.
 * @param options.seed Default 0.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @returns `values` `[N, height, width]`, which `attributionImages` makes pictures of.
 * @throws EspalierError as {@link saliency}; `invalid-option` for segments that do not cover the picture.
 * @example
 * ```ts
 * const pictures = tf.randomUniform([1, 28, 28, 1]);
 * const found = await limeImages(cnn({ inputs: [28, 28, 1], outputs: 10 }), pictures, { samples: 20 });
 * console.log(attributionImages(found.values, 'LIME').images.length);
 * ```
 *
 * Ribeiro, Singh, Guestrin, "Why should I trust you?", 2016. As the package `lime`, whose segments are superpixels that
 * `options.segments` can give.
 */
export async function limeImages(
  model: tfl.LayersModel,
  pictures: AnyArray,
  options: LimeImagesOptions = {},
): Promise<LimeImages> {
  const { samples, features, kernelWidth, ridge, segments, hidden, seed, ...rest } = readOptions(
    SCOPE,
    options,
    {
      ...ATTRIBUTION_RULES,
      ...LIME_RULES,
      samples: option.integer({ min: 2, default: 1000 }),
      segments: option.custom<number | readonly number[], { readonly optional: true }>({
        optional: true,
        expected: 'the side of squares in pixels, or the segment of each pixel, whole numbers from 0',
        accepts: (value) =>
          Array.isArray(value)
            ? value.every((one) => Number.isInteger(one) && one >= 0)
            : Number.isInteger(value) && (value as number) >= 1,
      }),
      hidden: option.custom<number | 'mean'>({
        default: 'mean',
        expected: "a number or 'mean'",
        accepts: (value) => value === 'mean' || Number.isFinite(value),
      }),
    },
  ).values;
  const host = await hostArray(SCOPE, 'pictures', pictures);
  const [examples = 0, height = 0, width = 0, channels = 0] = host.shape;
  if (host.shape.length !== 4 || examples * height * width * channels === 0)
    failData(SCOPE, `pictures must be [N, height, width, channels], got [${host.shape}].`);
  const values = toTensorData(host);
  const of = segmentsOf(segments ?? Math.max(1, Math.round(Math.min(height, width) / 7)), height, width);
  const count = Math.max(...of) + 1;

  const drawn = Array.from({ length: examples }, (_, n) => partsSeen(count, samples, seed, n));
  const { targets, scores } = await scoresOfRows(SCOPE, model, pictures, rest, async (ask) => {
    const all: Float64Array[] = [];
    for (let n = 0; n < examples; n++) {
      const own = values.subarray(n * of.length * channels, (n + 1) * of.length * channels);
      all.push(await askParts((rows, many) => ask(n, rows, many), own, of, hidden, drawn[n]!));
    }
    return all;
  });
  const models = drawn.map((neighbourhood, n) =>
    localLinearModel(SCOPE, neighbourhood, scores[n]!, { width: kernelWidth ?? 0.25, ridge, features }),
  );
  const maps: HostArray = {
    data: Float32Array.from(models.flatMap(({ weights }) => of.map((segment) => weights[segment]!))),
    shape: [examples, height, width],
    dtype: 'float32',
  };
  return { targets, scores: scores.map((each) => each[0]!), models, values: maps, segments: of };
}

const SCOPE = 'lime-images';

function segmentsOf(given: number | readonly number[], height: number, width: number): number[] {
  if (typeof given === 'number') {
    const across = Math.ceil(width / given);
    return Array.from({ length: height * width }, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return Math.floor(row / given) * across + Math.floor(column / given);
    });
  }
  const seen = new Set(given);
  if (given.length !== height * width || Math.max(...given) !== seen.size - 1)
    checkOptions(SCOPE).fail(
      'segments',
      `${height * width} whole numbers, one for each pixel, none left out from 0 to the largest`,
      given,
    );
  return [...given];
}

/** Which segments are seen: all in the first row, half of them at random in the others. Distances are cosine distances to the first. */
function partsSeen(count: number, samples: number, seed: number, example: number): Neighbourhood {
  const draws = stream(seed, 'lime-images', example).uniforms(samples * count);
  const rows = Float64Array.from(draws, (draw, i) => (i < count || draw < 0.5 ? 1 : 0));
  const distances = Float64Array.from({ length: samples }, (_, row) => {
    const seen = rows.subarray(row * count, (row + 1) * count).reduce((sum, one) => sum + one, 0);
    return 1 - Math.sqrt(seen / count);
  });
  return { rows, columns: count, distances };
}

/** Few pictures at a time are made, as all samples of a large one do not fit the memory. */
const AT_ONCE = 64;

async function askParts(
  ask: (rows: Float64Array, count: number) => Promise<Float64Array>,
  picture: ArrayLike<number>,
  segments: readonly number[],
  hidden: number | 'mean',
  { rows, columns, distances }: Neighbourhood,
): Promise<Float64Array> {
  const channels = picture.length / segments.length;
  const cover = hiddenPicture(picture, segments, columns, hidden);
  const found = new Float64Array(distances.length);
  for (let from = 0; from < found.length; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, found.length - from);
    const made = new Float64Array(count * picture.length);
    for (let row = 0; row < count; row++)
      for (let i = 0; i < picture.length; i++) {
        const seen = rows[(from + row) * columns + segments[Math.floor(i / channels)]!]! === 1;
        made[row * picture.length + i] = seen ? picture[i]! : cover[i]!;
      }
    found.set(await ask(made, count), from);
  }
  return found;
}

/** What is seen where a segment is hidden. */
function hiddenPicture(
  picture: ArrayLike<number>,
  segments: readonly number[],
  count: number,
  hidden: number | 'mean',
): Float64Array {
  if (hidden !== 'mean') return new Float64Array(picture.length).fill(hidden);
  const channels = picture.length / segments.length;
  const sums = new Float64Array(count * channels);
  const sizes = new Float64Array(count);
  segments.forEach((segment, pixel) => {
    sizes[segment]! += 1;
    for (let c = 0; c < channels; c++) sums[segment * channels + c]! += picture[pixel * channels + c]!;
  });
  return Float64Array.from({ length: picture.length }, (_, i) => {
    const segment = segments[Math.floor(i / channels)]!;
    return sums[segment * channels + (i % channels)]! / sizes[segment]!;
  });
}
