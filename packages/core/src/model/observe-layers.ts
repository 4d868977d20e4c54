import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Places } from './layer-streams.js';
import { foldLayers } from './fold-layers.js';
import { activationOf } from './output-activation.js';

type Layer = tfl.layers.Layer;

/** A layer of a LayersModel, as code that looks at its outputs knows it. */
export interface LayerInfo {
  /** Unique in the model; the first part of its parameters' names. `Dense#1` of a layer that was given no name. */
  readonly name: string;
  /** TensorFlow.js' class, e.g. `Dense`. */
  readonly kind: string;
  /** TensorFlow.js' name of the activation that the layer ends in, e.g. `relu`; `undefined` where it has none. */
  readonly activation: string | undefined;
  /** Shape of its output, `null` for the batch; `undefined` where it has several. */
  readonly shape: readonly (number | null)[] | undefined;
  /** Names of the layers whose outputs it takes, wherever it is applied; none for the first. */
  readonly inputs: readonly string[];
}

/**
 * Sees the output of a layer each time that the layer is applied, in the order of the forward pass. What it returns goes on in
 * its place. The output may be gone once the forward pass is over: clone and keep what is to stay.
 */
export type LayerObserver = (layer: LayerInfo, output: tf.Tensor) => tf.Tensor | void;

let observer: LayerObserver | undefined;

/**
 * Runs `body`; every layer that a bound LayersModel applies meanwhile is shown to `see`. Synchronous. Layers with several outputs
 * are passed over.
 */
export function observeLayers<T>(see: LayerObserver, body: () => T): T {
  const outer = observer;
  observer = see;
  try {
    return body();
  } finally {
    observer = outer;
  }
}

/** Whether somebody looks. */
observeLayers.active = (): boolean => observer !== undefined;

/** Shows what a layer gave; the result is what the next layer gets. */
export function showLayer<T>(layer: LayerInfo, output: T): T {
  if (!observer) return output;
  const single = Array.isArray(output) ? (output as tf.Tensor[]) : [output as tf.Tensor];
  if (single.length !== 1) return output;
  const shown = observer(layer, single[0]!);
  if (!shown) return output;
  return (Array.isArray(output) ? [shown] : shown) as T;
}

/** What is known of a layer before it runs. */
export function layerInfo(layer: Layer, places: Places, inputs: LayerInputs): LayerInfo {
  const name = places.get(layer.name) ?? layer.name;
  return {
    name,
    kind: layer.getClassName(),
    activation: ownActivation(layer),
    shape: shapeOf(layer),
    inputs: inputs.get(name) ?? [],
  };
}

/** The names of the layers that each layer takes its inputs from. */
export type LayerInputs = ReadonlyMap<string, readonly string[]>;

/** Of all layers of a model, and of the models in it. */
export function layerInputs(model: tfl.LayersModel, places: Places): LayerInputs {
  const found = new Map<string, Set<string>>();
  foldLayers<string | undefined>(
    model,
    () => undefined,
    (layer, inputs) => {
      const name = places.get(layer.name) ?? layer.name;
      const own = found.get(name) ?? new Set();
      for (const input of inputs) if (input !== undefined) own.add(input);
      found.set(name, own);
      return name;
    },
  );
  return new Map([...found].map(([name, own]) => [name, [...own]]));
}

/** Layers that hand on another's numbers have no activation of their own, however their input was made. */
function ownActivation(layer: Layer): string | undefined {
  try {
    const { activation } = layer as { readonly activation?: unknown };
    const kind = layer.getClassName();
    if (activation === undefined) return ACTIVATION_LAYERS[kind];
    return activationOf(layer.output as tfl.SymbolicTensor);
  } catch {
    // A layer that is used in several places has no one output.
    const { activation } = layer as { readonly activation?: { getClassName?(): string } };
    return activation?.getClassName?.();
  }
}

const ACTIVATION_LAYERS: Readonly<Record<string, string>> = {
  ReLU: 'relu',
  LeakyReLU: 'leakyRelu',
  PReLU: 'prelu',
  ELU: 'elu',
  ThresholdedReLU: 'thresholdedRelu',
  Softmax: 'softmax',
};

function shapeOf(layer: Layer): LayerInfo['shape'] {
  try {
    const shape = layer.outputShape;
    return Array.isArray(shape[0]) ? undefined : (shape as (number | null)[]);
  } catch {
    return undefined;
  }
}
