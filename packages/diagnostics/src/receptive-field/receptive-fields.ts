import type * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError } from '@espalier/core';
import { foldLayers } from '@espalier/core/internal';
import { bindLayers } from '../layers/run-layers.js';
import type { LayerWindows, Window } from './layer-windows.js';
import { windowsOf } from './layer-windows.js';

/** What one place of a layer's output can see of the model's input, along each axis (height, width). */
export interface ReceptiveField {
  readonly layer: string;
  /** How many places of the input; null where it sees all of it. */
  readonly size: readonly number[] | null;
  /** How far the field moves from one place of the output to the next; null where it sees everything. */
  readonly stride: readonly number[] | null;
  /** The first place of the input that place 0 sees; below 0 in the padding. Null where it sees everything. */
  readonly start: readonly number[] | null;
}

/** Per axis, or all of the input, or nobody knows. */
type Field = readonly Window[] | 'everything' | 'unknown';

/**
 * The receptive field of every layer that has places, from sizes, strides, dilations and paddings alone: exact, without running
 * anything. What a network makes of its field in fact is less: see `measuredReceptiveField`.
 *
 * @param model With one input `[N, ..., channels]`.
 * @returns One record for each layer of outputs `[N, ..., C]` on the way to the model's outputs, in the order of the forward pass.
 * @throws EspalierError `invalid-model` for several inputs, or a layer of which nobody can say what it sees; its name is told.
 * @example
 * ```ts
 * for (const { layer, size } of receptiveFields(cnn({ inputs: [28, 28, 1], outputs: 10 }))) console.log(layer, size);
 * ```
 *
 * Araujo et al., Computing receptive fields of convolutional neural networks, Distill, 2019.
 */
export function receptiveFields(model: tfl.LayersModel): ReceptiveField[] {
  bindLayers('receptive-fields', model);
  const [input, ...others] = model.inputs;
  if (!input || others.length > 0)
    refuse(`the model has ${model.inputs.length} inputs; fields are those of one.`);
  const axes = input.shape.length - 2;
  const found = new Map<string, Field>();
  const own: Field = Array.from({ length: axes }, () => ({ stride: 1, first: 0, last: 0 }));
  foldLayers<Field>(
    model,
    () => own,
    (layer, inputs, { shape, nodeIndex }) => {
      const merged = inputs.length === 0 ? 'unknown' : inputs.reduce(union);
      const taken = layer.inboundNodes[nodeIndex ?? 0]!.inputTensors[0]?.shape ?? [];
      const field = through(merged, windowsOf(layer, taken));
      if (shape.length > 2) found.set(layer.name, field);
      return field;
    },
  );
  return [...found].map(([layer, field]): ReceptiveField => {
    if (field === 'unknown') return refuse(`of layer '${layer}' nobody can say which places it sees.`);
    if (field === 'everything') return { layer, size: null, stride: null, start: null };
    return {
      layer,
      size: field.map(({ first, last }) => last - first + 1),
      stride: field.map(({ stride }) => stride),
      start: field.map(({ first }) => first),
    };
  });
}

function through(field: Field, windows: LayerWindows): Field {
  if (windows === 'unknown' || field === 'unknown') return 'unknown';
  if (windows === 'everything' || field === 'everything') return 'everything';
  if (windows === 'each place') return field;
  return windows.map(({ stride, first, last }, axis) => {
    const outer = field[axis]!;
    return {
      stride: outer.stride * stride,
      first: outer.stride * first + outer.first,
      last: outer.stride * last + outer.last,
    };
  });
}

/** What is seen by one or the other. Places that move at different speeds have no field in common. */
function union(a: Field, b: Field): Field {
  if (a === 'unknown' || b === 'unknown') return 'unknown';
  if (a === 'everything' || b === 'everything') return 'everything';
  if (a.some(({ stride }, axis) => stride !== b[axis]!.stride)) return 'unknown';
  return a.map(({ stride, first, last }, axis) => ({
    stride,
    first: Math.min(first, b[axis]!.first),
    last: Math.max(last, b[axis]!.last),
  }));
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-model', scope: 'receptive-fields', message });
}
