import type * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError } from '../errors.js';
import { DROPOUTS } from './dropout-masks.js';
import { drawsItsDropout } from './recurrent-dropout.js';

type Layer = tfl.layers.Layer;

/** The layers of a model and of the models in it, each once, wherever it is used. */
export function leafLayers(model: tfl.LayersModel): Layer[] {
  const all = model.layers.flatMap((layer) =>
    'layers' in layer ? leafLayers(layer as unknown as tfl.LayersModel) : [layer],
  );
  return [...new Set(all)];
}

const UNSEEDED = new Set(['GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'RandomWidth', 'RandomHeight']);

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
      const { dropout, recurrentDropout, stateful } = part as unknown as RecurrentParts;
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

/** Where a layer may hold others, and what recurrent ones have. */
interface RecurrentParts {
  readonly dropout?: number;
  readonly recurrentDropout?: number;
  readonly stateful?: boolean;
  readonly cell?: Layer;
  readonly cells?: readonly Layer[];
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
}

/** A layer, its cells, and the layers that it wraps, those of a model that it wraps too. */
export function partsOf(layer: Layer): Layer[] {
  const {
    cell,
    cells = [],
    layer: wrapped,
    forwardLayer,
    backwardLayer,
  } = layer as unknown as RecurrentParts;
  const model = 'layers' in layer ? leafLayers(layer as unknown as tfl.LayersModel) : [];
  const inner = [cell, ...cells, wrapped, forwardLayer, backwardLayer, ...model];
  return [layer, ...inner.flatMap((part) => (part ? partsOf(part) : []))];
}

function refuse(layer: Layer, why: string): never {
  const message = `layer '${layer.name}' (${layer.getClassName()}) ${why}.`;
  throw new EspalierError({ code: 'invalid-model', scope: 'trainer', message });
}
