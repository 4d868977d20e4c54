import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import type { GivenArrays } from '../given-arrays.js';
import { knownNames } from '../known-names.js';
import type { AttributionOptions } from './score.js';
import { ATTRIBUTION_RULES, checkScores, scorer } from './score.js';

/** Options of {@link occlusion}. */
export interface OcclusionOptions extends AttributionOptions {
  /** Width of the window, in each direction. */
  readonly size: number;
  /** How far the window moves. Default: half its size. */
  readonly stride?: number;
  /** What stands in the window. Default 0. */
  readonly value?: number;
  /** Name of the input, of a model with several. Default: the first. */
  readonly input?: string;
}

/** How much the output falls where part of the inputs is hidden. */
export interface Occlusion {
  readonly targets: readonly number[];
  readonly scores: readonly number[];
  /** `[N, ...]` float32: of pictures `[N, height, width]`, of sequences `[N, T]`, of rows `[N, F]`. */
  readonly drops: HostArray;
}

/**
 * Occlusion: hides a window of the inputs, all channels at once, and sees how much the score falls. Each place gets the mean fall over
 * the windows that cover it.
 *
 * Costs a forward pass over all N for each place of the window.
 *
 * @param inputs `[N, ...]`, see {@link saliency}. Windows lie over all axes but the first and, of more than two, the last.
 * @param options.size Width of the window.
 * @param options.stride Default: half the size. The last window in each direction ends at the border.
 * @param options.value Default 0.
 * @param options.input Default: the first.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @throws EspalierError as {@link saliency}; `invalid-option` for a window larger than the input.
 * @example
 * ```ts
 * const pictures = tf.randomUniform([4, 28, 28, 1]);
 * const { drops } = await occlusion(cnn({ inputs: [28, 28, 1], outputs: 10 }), pictures, { size: 7 });
 * console.log(drops.shape);
 * ```
 *
 * Zeiler, Fergus, Visualizing and understanding convolutional networks, 2014.
 */
export async function occlusion(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: OcclusionOptions,
): Promise<Occlusion> {
  const { size, stride, value, input, ...rest } = readOptions('occlusion', options, {
    ...ATTRIBUTION_RULES,
    size: option.integer({ min: 1 }),
    stride: option.integer({ min: 1, optional: true }),
    value: option.number({ default: 0 }),
    input: option.text({ optional: true }),
  }).values;
  const of = scorer('occlusion', model, inputs, rest);
  try {
    const names = Object.keys(of.inputs);
    const name = input ?? names[0]!;
    const given = of.inputs[name];
    if (!given)
      return checkOptions('occlusion').fail(
        'input',
        `one of the model's (${knownNames(names, input)})`,
        input,
      );
    const places = given.rank > 2 ? given.shape.slice(1, -1) : given.shape.slice(1);
    const channels = given.rank > 2 ? given.shape.at(-1)! : 1;
    const short = places.find((length) => length < size);
    if (short !== undefined)
      checkOptions('occlusion').fail('size', `at most ${short}, what the input has`, size);
    const examples = given.shape[0]!;
    const area = places.reduce((product, length) => product * length, 1);
    const [whole, full] = [
      Float32Array.from(await given.data()),
      checkScores('occlusion', await read(tf.tidy(() => of.scores(of.inputs)))),
    ];
    const sums = new Float64Array(examples * area);
    const covered = new Uint32Array(area);
    for (const window of windows(places, size, stride ?? Math.max(1, Math.floor(size / 2)))) {
      const hidden = whole.slice();
      for (const place of window) {
        covered[place]!++;
        for (let n = 0; n < examples; n++)
          hidden.fill(value, (n * area + place) * channels, (n * area + place + 1) * channels);
      }
      const now = await read(
        tf.tidy(() => of.scores({ ...of.inputs, [name]: tf.tensor(hidden, given.shape, 'float32') })),
      );
      for (let n = 0; n < examples; n++)
        for (const place of window) sums[n * area + place]! += full[n]! - now[n]!;
    }
    const data = Float32Array.from(sums, (sum, i) => sum / Math.max(1, covered[i % area]!));
    return {
      targets: of.targets,
      scores: full,
      drops: { data, shape: [examples, ...places], dtype: 'float32' },
    };
  } finally {
    of.dispose();
  }
}

async function read(tensor: tf.Tensor): Promise<number[]> {
  try {
    return Array.from(await tensor.data());
  } finally {
    tensor.dispose();
  }
}

/** The places of each window, as flat numbers. */
function* windows(lengths: readonly number[], size: number, stride: number): Generator<number[]> {
  const starts = lengths.map((length) => {
    const all: number[] = [];
    for (let start = 0; start < length - size; start += stride) all.push(start);
    return [...all, length - size];
  });
  const corners = starts.reduce<number[][]>(
    (found, ofAxis) => found.flatMap((corner) => ofAxis.map((start) => [...corner, start])),
    [[]],
  );
  for (const corner of corners)
    yield corner.reduce<number[]>(
      (found, start, axis) =>
        found.flatMap((base) => Array.from({ length: size }, (_, i) => base * lengths[axis]! + start + i)),
      [0],
    );
}
