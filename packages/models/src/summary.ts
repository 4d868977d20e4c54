import type * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, EspalierError, sizeOf } from '@espalier/core';
import { textTable } from '@espalier/core/internal';
import { multiplyAddsOf } from './multiply-adds.js';

/** One layer of a {@link ModelSummary}. */
export interface LayerSummary {
  readonly name: string;
  /** Class of the layer, e.g. `Dense`. */
  readonly kind: string;
  /** Shape of what comes out, the batch first, `null` where it is open. */
  readonly outputShape: readonly (number | null)[];
  /** Numbers in its weights, and how many of them are trained. */
  readonly parameters: number;
  readonly trainable: number;
  /** Products that are summed up in one example's forward pass; `null` where this is not known of such a layer, or of an open size. */
  readonly multiplyAdds: number | null;
  /** Bytes of one example's output in float32; `null` for an open size. */
  readonly outputBytes: number | null;
}

/** What {@link summary} tells of a model. */
export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly trainable: number;
  /** Sum over the layers in which it is known. */
  readonly multiplyAdds: number;
  /** Layers of which the multiply-adds are not known. */
  readonly unknown: readonly string[];
  /** Bytes of all weights in float32. */
  readonly parameterBytes: number;
  /** Bytes of all layers' outputs for one example in float32: what a training step holds, times the batch. */
  readonly activationBytes: number;
  /** The summary as a table. */
  toString(): string;
}

/**
 * What a model consists of: shapes, parameters, work and memory of each layer.
 *
 * Multiply-adds are counted in products: dense inputs x units at each place; convolutions height x width x inputs x filters at each
 * place of the output; recurrent layers gates x units x (inputs + units) at each step; attention its projections and products. Everything
 * element by element counts 0. One multiply-add is two FLOPs; a training step takes about three times a forward pass.
 *
 * @param model A built layers model.
 * @returns Counts by layer and in all; as a string, a table.
 * @throws EspalierError `invalid-option` for anything else; `invalid-model` for a model that is not built.
 * @example
 * ```ts
 * console.log(String(summary(mlp({ inputs: 784, hidden: [64], outputs: 10 }))));
 * ```
 * Source: the tables of Keras's `model.summary()` and of torchinfo.
 */
export function summary(model: tfl.LayersModel): ModelSummary {
  if (!Array.isArray((model as { layers?: unknown } | null)?.layers)) {
    checkOptions('summary').fail('model', 'a model of TensorFlow.js layers', model);
  }
  const layers = model.layers.map(summaryOf);
  const sum = (count: (layer: LayerSummary) => number | null): number =>
    layers.reduce((total, layer) => total + (count(layer) ?? 0), 0);
  // Shared weights count once.
  const weights = [...new Set(model.weights)];
  const parameters = weights.reduce((total, weight) => total + sizeOf(weight.shape as number[]), 0);
  const trained = new Set(model.trainableWeights);
  const trainable = weights.filter((weight) => trained.has(weight));
  const result = {
    layers,
    parameters,
    trainable: trainable.reduce((total, weight) => total + sizeOf(weight.shape as number[]), 0),
    multiplyAdds: sum((layer) => layer.multiplyAdds),
    unknown: layers.filter((layer) => layer.multiplyAdds === null).map(({ name }) => name),
    parameterBytes: 4 * parameters,
    activationBytes: sum((layer) => layer.outputBytes),
  };
  return { ...result, toString: () => tableOf(result) };
}

function summaryOf(layer: tfl.layers.Layer): LayerSummary {
  let shape: readonly (number | null)[] | readonly (readonly (number | null)[])[];
  try {
    shape = layer.outputShape;
  } catch (error) {
    throw new EspalierError({
      code: 'invalid-model',
      scope: 'summary',
      message: `layer '${layer.name}' has no one output shape: build the model, and give a layer that is used twice two names.`,
      cause: error,
    });
  }
  const outputShape = (Array.isArray(shape[0]) ? shape[0] : shape) as readonly (number | null)[];
  const count = (weights: readonly tfl.LayerVariable[]): number =>
    weights.reduce((total, weight) => total + sizeOf(weight.shape as number[]), 0);
  const example = outputShape.slice(1);
  const known = example.every((size) => size !== null);
  return {
    name: layer.name,
    kind: layer.getClassName().replace(/^Espalier/, ''),
    outputShape,
    parameters: count(layer.weights),
    trainable: count(layer.trainableWeights),
    multiplyAdds: multiplyAddsOf(layer, outputShape),
    outputBytes: known ? 4 * sizeOf(example as number[]) : null,
  };
}

function tableOf(all: Omit<ModelSummary, 'toString'>): string {
  const head = ['layer', 'kind', 'output', 'parameters', 'multiply-adds'];
  const rows = all.layers.map(({ name, kind, outputShape, parameters, multiplyAdds }) => [
    name,
    kind,
    `[${outputShape.map((size) => size ?? 'N').join(', ')}]`,
    number(parameters),
    multiplyAdds === null ? '?' : number(multiplyAdds),
  ]);
  const frozen = all.parameters - all.trainable;
  const more = all.unknown.length > 0 ? `, without ${all.unknown.join(', ')}` : '';
  return [
    ...textTable(head, rows, (column) => column >= 3),
    '',
    `${number(all.parameters)} parameters, ${bytes(all.parameterBytes)}${frozen > 0 ? `; ${number(frozen)} of them not trained` : ''}`,
    `${number(all.multiplyAdds)} multiply-adds an example${more}; ${bytes(all.activationBytes)} of outputs`,
  ].join('\n');
}

/** Digits in groups of three. */
const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}
