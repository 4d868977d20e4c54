import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { LayerInfo, Tensors } from '@espalier/core';
import { checkOptions, EspalierError } from '@espalier/core';
import type { BoundModel } from '@espalier/core/internal';
import { bindModel, checkLimits, observeLayers, prepareTfjs, toHostArrays } from '@espalier/core/internal';
import type { GivenArrays } from '../given-arrays.js';
import { examplesOf, inputTensors } from '../given-arrays.js';
import { knownNames } from '../known-names.js';
import { quietStep } from '../quiet-step.js';

/** A LayersModel, bound, with the names of its inputs. */
export interface LayeredModel extends BoundModel {
  layers(): readonly LayerInfo[];
  readonly inputShapes: NonNullable<BoundModel['inputShapes']>;
}

/** @throws EspalierError `invalid-model` for a model without layers. */
export function bindLayers(scope: string, model: tfl.LayersModel): LayeredModel {
  const bound = bindModel(model);
  if (!bound.layers || !bound.inputShapes)
    throw new EspalierError({
      code: 'invalid-model',
      scope,
      message:
        'the model must be a tf.LayersModel: of a function of tensors nobody can say what its layers are.',
    });
  return bound as LayeredModel;
}

/** The name under which the n-th application of a layer is known. */
export function applicationName(layer: string, times: number): string {
  return times === 1 ? layer : `${layer}#${times}`;
}

/** Whether a name is that of an application of a layer, whose own name may be a place: `Dense#1`, `Dense#1#2`. */
export function isApplicationOf(name: string, layer: string): boolean {
  return name === layer || (name.startsWith(`${layer}#`) && /^\d+$/.test(name.slice(layer.length + 1)));
}

/** A forward pass with training off, and what each layer gave. Call inside a tidy. */
export function runLayers(
  scope: string,
  bound: LayeredModel,
  inputs: GivenArrays,
  see: (name: string, output: tf.Tensor, layer: LayerInfo) => tf.Tensor | void,
): Tensors {
  prepareTfjs();
  const tensors = inputTensors(scope, 'inputs', inputs, bound.inputShapes);
  return applyLayers(bound, tensors, bound.weights(), see);
}

/** @throws EspalierError `invalid-data` for inputs that a layer looks up in a table that has no such row. */
export async function checkRows(scope: string, bound: LayeredModel, inputs: GivenArrays): Promise<void> {
  const limits = bound.inputLimits;
  if (!limits || Object.keys(limits).length === 0) return;
  const tensors = tf.tidy(() => {
    const all = Object.entries(inputTensors(scope, 'inputs', inputs, bound.inputShapes));
    return Object.fromEntries(all.map(([name, tensor]) => [name, tf.clone(tensor)]));
  });
  try {
    checkLimits(scope, await toHostArrays(tensors), limits);
  } finally {
    tf.dispose(tensors);
  }
}

/** The same with inputs and weights as tensors. */
export function applyLayers(
  bound: LayeredModel,
  inputs: Tensors,
  weights: Tensors,
  see: (name: string, output: tf.Tensor, layer: LayerInfo) => tf.Tensor | void,
): Tensors {
  const applied = new Map<string, number>();
  const step = quietStep({ training: false, seed: 0, examples: examplesOf(inputs) });
  const forward = observeLayers(
    (layer, output) => {
      const times = (applied.get(layer.name) ?? 0) + 1;
      applied.set(layer.name, times);
      return see(applicationName(layer.name, times), output, layer);
    },
    () => bound.forward(inputs, weights, step),
  );
  const outputs = Object.fromEntries(
    Object.entries(forward.outputs).map(([name, output]) => [name, tf.clone(output)]),
  );
  forward.release?.();
  return outputs;
}

/**
 * The layers that are wanted, in the model's order.
 *
 * @throws EspalierError `invalid-option` for a name that no layer has.
 */
export function wantedLayers(
  scope: string,
  bound: LayeredModel,
  wanted: readonly string[] | undefined,
): ReadonlySet<string> {
  const names = bound.layers().map(({ name }) => name);
  for (const name of wanted ?? []) {
    if (names.some((layer) => isApplicationOf(name, layer))) continue;
    checkOptions(scope).fail('layers', `names of layers (${knownNames(names, name)})`, name);
  }
  return new Set(wanted ?? names);
}
