import type * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError } from '../errors.js';
import { DROPOUTS } from './dropout-masks.js';
import { partsOf } from './layer-parts.js';
import { drawsItsDropout } from './recurrent-dropout.js';

type Layer = tfl.layers.Layer;

const UNSEEDED = new Set(['GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'RandomWidth', 'RandomHeight']);

/** What recurrent layers have. */
interface Recurrent {
  readonly dropout?: number;
  readonly recurrentDropout?: number;
  readonly stateful?: boolean;
}

/**
 * Refuses layers that draw random numbers which no seed reaches, that keep a state, or whose name breaks TensorFlow.js.
 *
 * @throws EspalierError `invalid-model`, naming the layer.
 */
export function checkLayers(layers: readonly Layer[]): void {
  for (const layer of layers) {
    if (layer.getClassName() === 'InputLayer' && layer.name in Object.prototype)
      refuse(
        layer,
        'has the name of a property that every object has, at which the forward pass of TensorFlow.js breaks. ' +
          'Give it another `name`',
      );
    for (const part of partsOf(layer)) {
      const { dropout, recurrentDropout, stateful } = part as unknown as Recurrent;
      const kind = part.getClassName();
      const dropped = Math.max(Number(dropout ?? 0), Number(recurrentDropout ?? 0));
      const seeded = drawsItsDropout(part);
      if (seeded && dropped >= 1)
        refuse(
          layer,
          'drops all of its inputs or its state. Give it `dropout` and `recurrentDropout` below 1',
        );
      const draws = UNSEEDED.has(kind) || (dropped > 0 && !seeded);
      if (draws || (part !== layer && DROPOUTS.has(kind)))
        refuse(
          layer,
          'draws random numbers that no seed reaches, so the run could not be repeated. ' +
            'Use the Dropout layer of @espalier/models, or a noise plugin of @espalier/regularizers',
        );
      if (stateful === true)
        refuse(
          layer,
          'is stateful: it hands a state from batch to batch outside the weights, where no checkpoint and no compiled step ' +
            'finds it. Make it without `stateful`, and give it longer sequences',
        );
    }
  }
}

function refuse(layer: Layer, why: string): never {
  const message = `layer '${layer.name}' (${layer.getClassName()}) ${why}.`;
  throw new EspalierError({ code: 'invalid-model', scope: 'trainer', message });
}
