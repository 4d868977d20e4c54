import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArrays } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { toHostArrays } from '@espalier/core/internal';
import type { GivenArrays } from '../given-arrays.js';
import { knownNames } from '../known-names.js';
import { bindLayers, checkRows, runLayers, wantedLayers } from './run-layers.js';

/** Options of {@link activations}. */
export interface ActivationsOptions {
  /** Names of the layers. Default: all. */
  readonly layers?: readonly string[];
}

/**
 * What each layer of a model gives for some inputs, training off.
 *
 * @param model Its inner models' layers are shown one by one.
 * @param inputs `[N, ...]`: a tensor, an array, or several by input name. They stay the caller's. All N are run at once.
 * @param options.layers Default: all but inputs.
 * @returns `[N, ...]` by layer name, in the order of the forward pass. A layer that is applied again is `<name>#2`.
 * @throws EspalierError `invalid-model` for a model without layers, `invalid-option` for an unknown layer, `invalid-data`.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * const { hidden_1 } = await activations(layers, tf.randomUniform([10, 4]));
 * console.log(hidden_1!.shape);
 * ```
 */
export async function activations(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: ActivationsOptions = {},
): Promise<HostArrays> {
  const { layers } = readOptions('activations', options, { layers: option.names({ optional: true }) }).values;
  const bound = bindLayers('activations', model);
  const wanted = wantedLayers('activations', bound, layers);
  await checkRows('activations', bound, inputs);
  const kept: Record<string, tf.Tensor> = {};
  try {
    tf.tidy(() => {
      runLayers('activations', bound, inputs, (name, output, layer) => {
        if (wanted.has(name) || wanted.has(layer.name)) kept[name] = tf.keep(tf.clone(output));
      });
    });
    const missing = layers?.find((name) => kept[name] === undefined);
    if (missing !== undefined)
      checkOptions('activations').fail(
        'layers',
        `names of layers that are applied so often and have one output (${knownNames(Object.keys(kept), missing)})`,
        missing,
      );
    return await toHostArrays(kept);
  } finally {
    tf.dispose(kept);
  }
}
