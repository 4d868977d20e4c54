import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;

/** The layers of a model and of the models in it, each once, wherever it is used. */
export function leafLayers(model: tfl.LayersModel): Layer[] {
  const all = model.layers.flatMap((layer) =>
    'layers' in layer ? leafLayers(layer as unknown as tfl.LayersModel) : [layer],
  );
  return [...new Set(all)];
}

/** Where a layer may hold others. */
interface Holder {
  readonly cell?: Layer;
  readonly cells?: readonly Layer[];
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
}

/** A layer, its cells, and the layers that it wraps, those of a model that it wraps too. */
export function partsOf(layer: Layer): Layer[] {
  const { cell, cells = [], layer: wrapped, forwardLayer, backwardLayer } = layer as unknown as Holder;
  const model = 'layers' in layer ? leafLayers(layer as unknown as tfl.LayersModel) : [];
  const inner = [cell, ...cells, wrapped, forwardLayer, backwardLayer, ...model];
  return [layer, ...inner.flatMap((part) => (part ? partsOf(part) : []))];
}
