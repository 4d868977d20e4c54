import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { toHostArray, valueAndGradients } from '@espalier/core/internal';
import type { GivenArrays } from '../given-arrays.js';
import { knownNames } from '../known-names.js';
import type { AttributionOptions } from './score.js';
import { ATTRIBUTION_RULES, checkScores, scorer } from './score.js';
import { isApplicationOf } from '../layers/run-layers.js';

/** Options of {@link gradCam}. */
export interface GradCamOptions extends AttributionOptions {
  /** Name of a layer whose output is `[N, height, width, channels]`. Default: the last convolution. */
  readonly layer?: string;
  /** `[height, width]` that the maps are enlarged to, e.g. that of the inputs. Default: as the layer has it. */
  readonly size?: readonly [number, number];
}

/** Where in the pictures a class was seen. */
export interface GradCam {
  readonly layer: string;
  readonly targets: readonly number[];
  readonly scores: readonly number[];
  /** `[N, height, width]` float32, >= 0. */
  readonly maps: HostArray;
}

/**
 * Grad-CAM: the channels of a convolution, weighted by how much the output rises with each.
 *
 * ```text
 * relu(sum_c w_c A_c),  w_c = mean over positions of d score / d A_c
 * ```
 *
 * @param inputs `[N, ...]`, see {@link saliency}.
 * @param options.layer Default: the last convolution.
 * @param options.size Default: the layer's; else enlarged bilinearly.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @throws EspalierError `invalid-option` where no such layer is; as {@link saliency}.
 * @example
 * ```ts
 * const pictures = tf.randomUniform([4, 28, 28, 1]);
 * const { maps } = await gradCam(cnn({ inputs: [28, 28, 1], outputs: 10 }), pictures, { size: [28, 28] });
 * console.log(maps.shape);
 * ```
 *
 * Selvaraju et al., Grad-CAM, 2017. As captum's `LayerGradCam` with `relu_attributions=True`.
 */
export async function gradCam(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: GradCamOptions = {},
): Promise<GradCam> {
  const { layer, size, ...rest } = readOptions('grad-cam', options, {
    ...ATTRIBUTION_RULES,
    layer: option.text({ optional: true }),
    size: option.custom<readonly [number, number], { readonly optional: true }>({
      optional: true,
      expected: '[height, width], whole numbers >= 1',
      accepts: (value) =>
        Array.isArray(value) && value.length === 2 && value.every((one) => Number.isInteger(one) && one >= 1),
    }),
  }).values;
  const of = scorer('grad-cam', model, inputs, rest);
  const kept: tf.Tensor[] = [];
  try {
    const spatial = of.bound.layers().filter(({ shape }) => shape?.length === 4);
    const names = spatial.map(({ name }) => name);
    const wanted = layer ?? spatial.filter(({ kind }) => /Conv/.test(kind)).at(-1)?.name ?? names.at(-1);
    if (wanted === undefined || !names.some((layer) => isApplicationOf(wanted, layer)))
      return checkOptions('grad-cam').fail(
        'layer',
        `a layer of [N, height, width, channels] (${knownNames(names, layer)})`,
        layer,
      );
    let given: tf.Tensor | undefined;
    const scores = tf.tidy(() =>
      of.scores(of.inputs, (name, output) => {
        if (name === wanted) given = tf.keep(tf.clone(output));
      }),
    );
    kept.push(scores);
    if (!given)
      return checkOptions('grad-cam').fail('layer', 'the name of a layer that is applied so often', wanted);
    const at = given;
    kept.push(at);
    const maps = tf.tidy(() => {
      const { gradients } = valueAndGradients(
        () => ({
          value: tf.sum<tf.Scalar>(
            of.scores(of.inputs, (name) => (name === wanted ? tf.clone(at) : undefined)),
          ),
          aux: {},
        }),
        { at },
      );
      const slope = gradients['at'] ?? tf.zerosLike(at);
      const cam = tf.relu(tf.sum(tf.mul(tf.mean(slope, [1, 2], true), at), -1, true)) as tf.Tensor4D;
      const enlarged = size ? tf.image.resizeBilinear(cam, [...size], false, true) : cam;
      return tf.squeeze(enlarged, [3]);
    });
    kept.push(maps);
    return {
      layer: wanted,
      targets: of.targets,
      scores: checkScores('grad-cam', await scores.data()),
      maps: await toHostArray(maps),
    };
  } finally {
    tf.dispose(kept);
    of.dispose();
  }
}
