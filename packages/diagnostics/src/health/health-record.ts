import type { HostArrays } from '@espalier/core';
import { parameterKind, toTensorData } from '@espalier/core';
import { axesIntoUnit } from '@espalier/core/internal';
import { layerOf } from '../weights/layer-of.js';
import type { EpochFigures } from './step-figures.js';
import { deadRoom, SATURATED_ROOM, unitKind } from './unit-kinds.js';

/** Figures of one layer over one epoch. What is not finite, or not there for a layer of this kind, is null. */
export interface LayerEpoch {
  readonly layer: string;
  /** TensorFlow.js' name of its activation; null where it has none. */
  readonly activation: string | null;
  /** Whether gradients, updates and weights of the whole epoch are finite. */
  readonly finite: boolean;
  /** L2 norm of the gradient of all its parameters, as the optimizer got it: root mean square over the steps. */
  readonly gradientNorm: number | null;
  /**
   * The gradient's root mean square over steps and entries, over that of the layer where it is largest: 0 to 1. Of a table of
   * embeddings the rows that a step looks up count.
   */
  readonly gradientShare: number | null;
  /** L2 norm of all its parameters after the epoch. */
  readonly weightNorm: number | null;
  /**
   * {@link updateNorm} over the norm of the weights before the epoch (after it, where that is 0); of a table of embeddings over that of
   * as many rows as a step changes.
   */
  readonly updateRatio: number | null;
  /** L2 norm of what a step changes, root mean square over the steps. */
  readonly updateNorm: number | null;
  /** L2 norm that its kernels have where their entries have the variance 1 / (weights into a unit), as initial weights usually; null without one. */
  readonly usualNorm: number | null;
  /** Mean of its kernels' entries after the epoch; of all parameters where it has no kernel. */
  readonly mean: number | null;
  /** Their standard deviation. */
  readonly deviation: number | null;
  /** Mean of |w - w after the first epoch| over the same entries; null for that epoch itself. */
  readonly moved: number | null;
  /** Units that an activation ends in which cuts or is bounded. */
  readonly units: number | null;
  /** Share of units whose ReLU gave 0 for every example of the epoch. */
  readonly deadUnits: number | null;
  /** Share of units that were within 2 % of a bound for every example of the epoch. */
  readonly saturatedUnits: number | null;
  /** Share of values within 2 % of a bound, mean over the steps. */
  readonly saturatedValues: number | null;
}

/** Figures of one epoch. */
export interface HealthEpoch {
  /** Epochs done: 1 after the first. */
  readonly epoch: number;
  /** Training loss of the epoch; null where it is not finite. */
  readonly loss: number | null;
  /** In the model's order. */
  readonly layers: readonly LayerEpoch[];
}

/** What an epoch's record is made of. */
export interface EpochSource {
  readonly figures: EpochFigures;
  readonly steps: number;
  readonly weights: HostArrays;
  /** Trained parameters by layer. */
  readonly layers: ReadonlyMap<string, readonly string[]>;
  readonly activations: ReadonlyMap<string, string | null>;
  /** Norm of each layer's weights before the epoch; null where it is not finite. */
  readonly before: Readonly<Record<string, number | null>>;
  /** Weights after the first epoch; `undefined` in it. */
  readonly first: HostArrays | undefined;
}

/** The trained parameters of each layer, in the model's order; layers without any that have units, too. */
export function layersInOrder(
  parameters: readonly string[],
  modelLayers: readonly string[],
  withUnits: ReadonlySet<string>,
): Map<string, readonly string[]> {
  const owned = new Map<string, string[]>();
  for (const name of parameters) owned.set(layerOf(name), [...(owned.get(layerOf(name)) ?? []), name]);
  const listed = modelLayers.filter((layer) => owned.has(layer) || withUnits.has(layer));
  const others = [...owned.keys()].filter((layer) => !listed.includes(layer));
  return new Map([...listed, ...others].map((layer) => [layer, owned.get(layer) ?? []]));
}

/** The names whose entries stand for a layer: its kernels, or all where it has none. */
export function entriesOf(names: readonly string[], weights: HostArrays): readonly string[] {
  const kernels = names.filter((name) => parameterKind(name, weights[name]!.shape) === 'kernel');
  return kernels.length > 0 ? kernels : names;
}

/** Figures of all layers over an epoch. */
export function epochRecord(epoch: number, loss: number | undefined, source: EpochSource): HealthEpoch {
  const raw = [...source.layers].map(([layer, names]) => ({ layer, names, ...sums(names, source) }));
  const largest = Math.max(0, ...raw.map(({ gradientSize }) => (gradientSize > 0 ? gradientSize : 0)));
  return {
    epoch,
    loss: finiteOr(loss),
    layers: raw.map(({ layer, names, gradientNorm, gradientSize, updateNorm, weightNorm, moved }) => {
      const known = names.length > 0;
      const has = known && source.figures.gradients.size > 0;
      const before = source.before[layer] === undefined ? 0 : (source.before[layer] ?? NaN);
      return {
        layer,
        activation: source.activations.get(layer) ?? null,
        finite: !known || [gradientNorm, updateNorm, weightNorm].every(Number.isFinite),
        gradientNorm: has ? finiteOr(gradientNorm) : null,
        gradientShare: has ? (largest === 0 ? 0 : finiteOr(gradientSize / largest)) : null,
        weightNorm: known ? finiteOr(weightNorm) : null,
        updateRatio: has
          ? updateNorm === 0
            ? 0
            : finiteOr(updateNorm / ((before === 0 ? weightNorm : before) * Math.sqrt(moved)))
          : null,
        updateNorm: has ? finiteOr(updateNorm) : null,
        usualNorm: usualNorm(names, source.weights),
        ...entryStatistics(known ? entriesOf(names, source.weights) : [], source),
        ...unitsOf(layer, source),
      };
    }),
  };
}

function sums(names: readonly string[], { figures, steps, weights }: EpochSource) {
  const count = Math.max(1, steps);
  const add = (of: (name: string) => number): number => names.reduce((sum, name) => sum + of(name), 0);
  const sizeOf = (name: string): number => weights[name]!.data.length;
  // Of a table only the rows that are looked up have a gradient.
  const share = (of: ReadonlyMap<string, number>, name: string): number => (of.get(name) ?? count) / count;
  const size = add((name) => sizeOf(name) * share(figures.looked, name));
  const moved = add((name) => sizeOf(name) * share(figures.moved, name)) / Math.max(1, add(sizeOf));
  const gradient = add((name) => figures.gradients.get(name) ?? 0) / count;
  const update = add((name) => figures.updates.get(name) ?? 0) / count;
  return {
    gradientNorm: Math.sqrt(gradient),
    gradientSize: Math.sqrt(gradient / Math.max(1, size)),
    moved,
    updateNorm: Math.sqrt(update),
    weightNorm: normOf(names, weights),
  };
}

/** See {@link LayerEpoch.usualNorm}: each unit has a norm of 1. */
function usualNorm(names: readonly string[], weights: HostArrays): number | null {
  const kernels = names.filter((name) => parameterKind(name, weights[name]!.shape) === 'kernel');
  if (kernels.length === 0) return null;
  const units = kernels.map((name) => {
    const { shape, data } = weights[name]!;
    return (
      data.length / axesIntoUnit(name, shape.length).reduce((product, axis) => product * shape[axis]!, 1)
    );
  });
  return Math.sqrt(units.reduce((sum, count) => sum + count, 0));
}

/** L2 norm of several weights together. */
function normOf(names: readonly string[], weights: HostArrays): number {
  let sum = 0;
  for (const name of names) for (const w of toTensorData(weights[name]!)) sum += w * w;
  return Math.sqrt(sum);
}

/** The norm of each layer's weights; null where it is not finite. */
export function layerNorms(
  layers: ReadonlyMap<string, readonly string[]>,
  weights: HostArrays,
): Record<string, number | null> {
  return Object.fromEntries([...layers].map(([layer, names]) => [layer, finiteOr(normOf(names, weights))]));
}

function entryStatistics(
  names: readonly string[],
  { weights, first }: EpochSource,
): Pick<LayerEpoch, 'mean' | 'deviation' | 'moved'> {
  let [count, sum, moved, squares] = [0, 0, 0, 0];
  for (const name of names) {
    const now = toTensorData(weights[name]!);
    const before = first && toTensorData(first[name]!);
    count += now.length;
    for (let i = 0; i < now.length; i++) {
      sum += now[i]!;
      if (before) moved += Math.abs(now[i]! - before[i]!);
    }
  }
  if (count === 0) return { mean: null, deviation: null, moved: null };
  const mean = sum / count;
  for (const name of names) for (const w of toTensorData(weights[name]!)) squares += (w - mean) ** 2;
  return {
    mean: finiteOr(mean),
    deviation: finiteOr(Math.sqrt(squares / count)),
    moved: first ? finiteOr(moved / count) : null,
  };
}

function unitsOf(
  layer: string,
  { figures, activations, steps }: EpochSource,
): Pick<LayerEpoch, 'units' | 'deadUnits' | 'saturatedUnits' | 'saturatedValues'> {
  const found = figures.units.get(layer);
  const activation = activations.get(layer);
  const kind = unitKind(activation);
  if (!found || !kind) return { units: null, deadUnits: null, saturatedUnits: null, saturatedValues: null };
  const share = (limit: number): number =>
    found.room.filter((room) => room <= limit).length / found.room.length;
  const units = found.room.length;
  if (kind === 'cut') {
    return { units, deadUnits: share(deadRoom(activation!)), saturatedUnits: null, saturatedValues: null };
  }
  return {
    units,
    deadUnits: null,
    saturatedUnits: share(SATURATED_ROOM),
    saturatedValues: finiteOr(found.saturated / Math.max(1, steps)),
  };
}

function finiteOr(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
