import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Tensors } from '../data/arrays.js';
import { EspalierError } from '../errors.js';
import { inwardBatchNorms, overrideBatchNorm } from './batch-norm-axis.js';
import { buildSequential } from './build-sequential.js';
import { checkLayers } from './check-layers.js';
import { leafLayers, partsOf } from './layer-parts.js';
import { dropoutsOf, overrideDropout } from './dropout-masks.js';
import { batchNormsOf, isFrozen, overrideFrozen } from './frozen-batch-norm.js';
import { layerSettings } from './layer-settings.js';
import { layerStreams, type Places, placesOf, withoutNumber } from './layer-streams.js';
import type { BoundModel } from './bound-model.js';
import { activationOf } from './output-activation.js';
import { inputLimits } from './input-limits.js';
import { checkAlive } from './weights-alive.js';
import { layerInfo, layerInputs, type LayerInputs, observeLayers, showLayer } from './observe-layers.js';
import { OutputMasks } from './output-masks.js';
import { overrideRecurrentDropout, recurrentDropoutsOf } from './recurrent-dropout.js';
import { type ScalarOwner, withStep } from '../step/step-context.js';
import { oneCopy } from '../engine/one-copy.js';
import { traceScope } from '../engine/trace-scope.js';

type Layer = tfl.layers.Layer;
type Shape = readonly (number | null)[];

/** The part of tfjs-layers' LayerVariable that is used; `val` is private there. */
interface LayerVariable {
  readonly originalName: string;
  readonly trainable: boolean;
  readonly constraint: { apply(value: tf.Tensor): tf.Tensor } | null;
  val: tf.Variable;
  read(): tf.Tensor;
  write(value: tf.Tensor): this;
}

/**
 * A LayersModel as a pure function of its weights.
 *
 * Layers reach their weights through `LayerVariable.read` and `.write` alone. For the time of a forward pass both are
 * overridden on the instances: reads give the step's tensors, writes (batch normalisation's averages) are caught.
 */
export function bindLayersModel(model: tfl.LayersModel): BoundModel {
  if (model.layers.length === 0 || !model.inputs || !model.outputs) {
    throw new EspalierError({
      code: 'invalid-model',
      scope: 'trainer',
      message: 'the model is not built, so it has no weights yet; give its first layer an `inputShape`.',
    });
  }
  const layers = leafLayers(model);
  buildSequential(model, layers);
  // Layers within layers come last, so that they move no others' places.
  const all = [...new Set([...layers, ...layers.flatMap(partsOf)])];
  const places = placesOf(all);
  const layerGraph = layerInputs(model, places);
  const byName = nameWeights(layers, places);
  checkLayers(layers);
  const stockDropouts = dropoutsOf(layers);
  const recurrentDropouts = recurrentDropoutsOf(layers);
  const norms = batchNormsOf(all);
  const inward = inwardBatchNorms(all);
  const streamsOf = layerStreams(all);
  const shapesOf = (names: string[], tensors: tfl.SymbolicTensor[]): Record<string, Shape> =>
    Object.fromEntries(names.map((name, i) => [name, tensors[i]!.shape]));
  // A Sequential has no `inputNames` and `outputNames` of its own; the layers have.
  const inputNames = uniqueNames(model.inputs.map(({ sourceLayer }) => sourceLayer.name));
  const outputNames = uniqueNames(model.outputs.map(({ sourceLayer }) => sourceLayer.name));

  const variables = (): tf.Variable[] => [...byName.values()].map(({ val }) => val);
  const regularized = layers.filter((layer) => (layer.losses ?? []).length > 0);
  const penalty = (weights: Tensors): tf.Scalar => {
    const restore = [...byName].map(([name, variable]) => override(variable, name, weights, {}));
    try {
      return tf.addN(
        regularized.flatMap((layer) => layer.calculateLosses().map((term) => tf.sum(term))),
      ) as tf.Scalar;
    } finally {
      for (const undo of restore.reverse()) undo();
    }
  };

  return {
    ...(regularized.length > 0 ? { penalty } : {}),
    settings: () => layerSettings(layers, places),
    layers: () => layers.map((layer) => layerInfo(layer, places, layerGraph)),
    scalarOwners: scalarOwnersOf(all),
    inputLimits: inputLimits(inputNames, model.inputs),
    inputShapes: shapesOf(inputNames, model.inputs),
    outputShapes: shapesOf(outputNames, model.outputs),
    outputActivations: Object.fromEntries(
      outputNames.map((name, i) => [name, activationOf(model.outputs[i]!)]),
    ),
    weights() {
      checkAlive(variables());
      return Object.fromEntries([...byName].map(([name, variable]) => [name, variable.val]));
    },
    trainable() {
      checkAlive(variables());
      // Asked at the start of every epoch.
      const trainable = new Set(model.trainableWeights as unknown as LayerVariable[]);
      const names: string[] = [];
      for (const [name, variable] of byName) if (trainable.has(variable)) names.push(name);
      return names;
    },
    frozen: () => norms.filter(isFrozen).map(({ name }) => name),
    forward(inputs, weights, step) {
      const assigned: Record<string, tf.Tensor> = {};
      const drawing = streamsOf(step);
      const masks = new OutputMasks(outputNames, model.outputs);
      const restore = [
        ...[...byName].map(([name, variable]) => override(variable, name, weights, assigned)),
        ...stockDropouts.map((layer) => overrideDropout(layer, drawing)),
        ...recurrentDropouts.map((place) => overrideRecurrentDropout(place, drawing)),
        ...inward.map(overrideBatchNorm),
        ...norms.filter(isFrozen).map(overrideFrozen),
        ...scopeLayers(layers, places, layerGraph),
        ...masks.watch(),
      ];
      const release = (): void => {
        for (const tensor of Object.values(assigned)) tensor.dispose();
        masks.dispose();
      };
      try {
        const given = inputNames.map((name) => inputs[name]!);
        const result = withStep(drawing, () =>
          model.apply(given.length === 1 ? given[0]! : given, { training: step.training }),
        ) as tf.Tensor | tf.Tensor[];
        const list = Array.isArray(result) ? result : [result];
        const outputs = Object.fromEntries(outputNames.map((name, i) => [name, list[i]!]));
        return {
          outputs,
          assigned,
          masks: masks.of(outputs),
          release,
        };
      } catch (error) {
        release();
        throw error;
      } finally {
        for (const undo of restore.reverse()) undo();
      }
    },
    constrain(parameters) {
      const constrained: Record<string, tf.Tensor> = { ...parameters };
      for (const [name, variable] of byName) {
        if (variable.constraint && constrained[name])
          constrained[name] = variable.constraint.apply(constrained[name]);
      }
      return constrained;
    },
  };
}

/**
 * `layer/weight` for every weight; the weight's own full name where two in one layer end alike. A layer that was given no name
 * goes by its place, `Dense#1`: the number that it has is another one in the next program, or the next model.
 */
function nameWeights(layers: readonly Layer[], places: Places): Map<string, LayerVariable> {
  const named = new Map<string, LayerVariable>();
  const seen = new Set<LayerVariable>();
  for (const layer of layers) {
    for (const variable of layer.weights as unknown as LayerVariable[]) {
      if (seen.has(variable)) continue;
      seen.add(variable);
      const full = variable.originalName.split('/').map(withoutNumber).join('/');
      const owner = places.get(layer.name) ?? layer.name;
      const short = `${owner}/${ownName(layer, variable, full.slice(full.lastIndexOf('/') + 1))}`;
      let name = named.has(short) ? `${owner}/${full}` : short;
      for (let i = 2; named.has(name); i++) name = `${owner}/${full}_${i}`;
      if (!(variable.val instanceof tf.Variable)) failTwoCopies();
      named.set(name, variable);
    }
  }
  return named;
}

/** The kernel of a transposed convolution is the other way round, which its name has to say, inside another layer, too. */
function ownName(layer: Layer, variable: LayerVariable, name: string): string {
  if (name !== 'kernel') return name;
  const holds = (part: Layer): boolean => (part.weights as unknown as LayerVariable[]).includes(variable);
  const holder = partsOf(layer).filter(holds).at(-1);
  return /^Conv\d+DTranspose$/.test(holder?.getClassName() ?? '') ? 'transposed_kernel' : name;
}

function failTwoCopies(): never {
  throw new EspalierError({
    code: 'two-copies',
    scope: 'trainer',
    message:
      "the model's weights were made by another copy of @tensorflow/tfjs-core than the one that Espalier imports. " +
      oneCopy('@tensorflow/tfjs-core'),
  });
}

function override(
  variable: LayerVariable,
  name: string,
  weights: Tensors,
  assigned: Record<string, tf.Tensor>,
): () => void {
  variable.read = () => assigned[name] ?? weights[name]!;
  variable.write = (value) => {
    assigned[name]?.dispose();
    // Layers write from inside a tidy of their own; what they wrote must outlive it.
    assigned[name] = tf.keep(tf.clone(value));
    return variable;
  };
  return () => {
    delete (variable as Partial<LayerVariable>).read;
    delete (variable as Partial<LayerVariable>).write;
  };
}

/** A layer may declare numbers that vary by step, as a plugin does: `step.scalar('layer/<name>/<scalar>')` gives them. */
function scalarOwnersOf(layers: readonly Layer[]): ScalarOwner[] {
  return layers.flatMap((layer) => {
    const { scalars } = layer as Partial<ScalarOwner>;
    return scalars ? [{ name: `layer/${layer.name}`, scalars }] : [];
  });
}

/** Lets a trace know which layer an op comes from, and observers see what it gives. */
function scopeLayers(layers: readonly Layer[], places: Places, inputs: LayerInputs): (() => void)[] {
  if (!traceScope.active() && !observeLayers.active()) return [];
  return layers.map((layer) => {
    const target = layer as unknown as Record<'apply', unknown>;
    const apply = layer.apply.bind(layer);
    target.apply = (...args: Parameters<Layer['apply']>) =>
      showLayer(
        layerInfo(layer, places, inputs),
        traceScope(`layer ${layer.name}`, () => apply(...args)),
      );
    return () => delete (target as Partial<typeof target>).apply;
  });
}

function uniqueNames(names: readonly string[]): string[] {
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${name}_${i}`));
}
