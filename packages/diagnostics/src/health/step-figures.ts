import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, LayerInfo, StepState, Tensors } from '@espalier/core';
import { unitFigures, unitKind } from './unit-kinds.js';
import { isApplicationOf } from '../layers/run-layers.js';

/** The part of a plugin that gathers figures inside the steps of an epoch. */
export interface StepFigures {
  readonly observeLayer: (
    output: tf.Tensor,
    layer: { readonly activation: string | undefined },
  ) => Tensors | undefined;
  readonly stepState: StepState;
  /** Trained parameters, in the order of the vectors. */
  parameters(): readonly string[];
  /** The model's layers in order, with their activations. */
  layers(): ReadonlyMap<string, string | null>;
  /** The same as the model knows them. */
  infos(): readonly LayerInfo[];
}

/** Sums of an epoch, as read back from the step's state. */
export interface EpochFigures {
  /** Sum over steps of |g|^2, by parameter. */
  readonly gradients: ReadonlyMap<string, number>;
  /** Sum over steps of |new - previous|^2, by parameter. */
  readonly updates: ReadonlyMap<string, number>;
  /** Of tables: sum over steps of the share of rows that have a gradient, by parameter. */
  readonly looked: ReadonlyMap<string, number>;
  /** Likewise of rows that changed. */
  readonly moved: ReadonlyMap<string, number>;
  /** The largest room of each unit, and the sum over steps of the share of saturated values, by layer. */
  readonly units: ReadonlyMap<string, { readonly room: readonly number[]; readonly saturated: number }>;
}

const ROOM = 'room/';
const SATURATED = 'saturated/';
const LOOKED = 'looked/';
const MOVED = 'moved/';

/** Tables of which a step looks up some rows. */
const isTable = (name: string, { rank }: tf.Tensor): boolean => rank === 2 && name.endsWith('embeddings');

/** Share of the rows of a table that are not all 0. */
const rowsIn = (table: tf.Tensor): tf.Tensor =>
  tf.mean(tf.cast(tf.greater(tf.max(tf.abs(table), 1), 0), 'float32'));

/**
 * Squares of gradients and updates and figures of units, added up over the steps of each epoch: what the step's state holds is of
 * the epoch that the last step belongs to.
 */
export function stepFigures(): StepFigures {
  let names: readonly string[] = [];
  let layersSeen: ReadonlyMap<string, string | null> = new Map();
  let seen: readonly LayerInfo[] = [];
  const squares = (of: (name: string) => tf.Tensor | undefined): tf.Tensor1D =>
    tf.stack(
      names.map((name) => {
        const tensor = of(name);
        return tensor ? tf.sum(tf.square(tensor)) : tf.scalar(0);
      }),
    ) as tf.Tensor1D;

  return {
    parameters: () => names,
    layers: () => layersSeen,
    infos: () => seen,
    observeLayer(output, { activation }) {
      const figures = unitFigures(output, activation);
      return figures && { ...figures };
    },
    stepState: {
      init(parameters, layers) {
        names = Object.keys(parameters);
        seen = layers;
        layersSeen = new Map(layers.map(({ name, activation }) => [name, activation ?? null]));
        const state: Record<string, tf.Tensor> = {
          epoch: tf.scalar(-1),
          gradients: tf.zeros([names.length]),
          updates: tf.zeros([names.length]),
        };
        for (const [name, tensor] of Object.entries(parameters)) {
          if (!isTable(name, tensor)) continue;
          state[LOOKED + name] = tf.scalar(0);
          state[MOVED + name] = tf.scalar(0);
        }
        for (const { name, activation, shape } of layers) {
          const units = shape?.at(-1);
          if (!unitKind(activation) || !shape || shape.length < 2 || typeof units !== 'number') continue;
          state[ROOM + name] = tf.zeros([units]);
          state[SATURATED + name] = tf.scalar(0);
        }
        return state;
      },
      update(state, { parameters, previous, gradients, layers }, step) {
        const epoch = step.scalar('epoch');
        const same = tf.equal(state['epoch']!, epoch);
        const kept = tf.cast(same, 'float32');
        // Not a product: what was infinite in one epoch would be NaN in all others.
        const ofEpoch = tf.equal(
          tf.mul(tf.ones([names.length]), tf.sub(state['epoch']!, epoch)),
          tf.zeros([names.length]),
        );
        const add = (before: tf.Tensor, now: tf.Tensor): tf.Tensor =>
          tf.add(tf.where(ofEpoch, before, tf.zerosLike(before)), now);
        const next: Record<string, tf.Tensor> = {
          ...state,
          epoch: tf.clone(epoch),
          gradients: add(
            state['gradients']!,
            squares((name) => gradients[name]),
          ),
          updates: add(
            state['updates']!,
            squares((name) => parameters[name] && tf.sub(parameters[name], previous[name]!)),
          ),
        };
        for (const name of Object.keys(parameters).filter((one) => LOOKED + one in state)) {
          const [gradient, now] = [gradients[name], parameters[name]!];
          const rows = { [LOOKED]: gradient, [MOVED]: tf.sub(now, previous[name]!) };
          for (const [kind, table] of Object.entries(rows)) {
            const before = tf.mul(state[kind + name]!, kept);
            next[kind + name] = table ? tf.add(before, rowsIn(table)) : before;
          }
        }
        for (const key of Object.keys(state).filter((one) => one.startsWith(ROOM))) {
          const layer = key.slice(ROOM.length);
          const seen = Object.keys(layers).filter((name) => isApplicationOf(name, layer));
          let room: tf.Tensor = tf.mul(state[key]!, kept);
          let saturated: tf.Tensor = tf.mul(state[SATURATED + layer]!, kept);
          for (const name of seen) {
            room = tf.maximum(room, layers[name]!['room']!);
            saturated = tf.add(saturated, tf.mul(layers[name]!['saturated']!, 1 / seen.length));
          }
          next[key] = room;
          next[SATURATED + layer] = saturated;
        }
        return next;
      },
    },
  };
}

/** What the step's state holds, as numbers; empty where there is none. */
export function readFigures(state: HostArrays, parameters: readonly string[]): EpochFigures {
  const byName = (key: string): Map<string, number> => {
    const data = state[key]?.data;
    return new Map(data ? parameters.map((name, i) => [name, data[i]!]) : []);
  };
  const scalars = (kind: string): Map<string, number> =>
    new Map(parameters.flatMap((name) => (state[kind + name] ? [[name, state[kind + name]!.data[0]!]] : [])));
  const rooms = Object.entries(state).filter(([key]) => key.startsWith(ROOM));
  return {
    gradients: byName('gradients'),
    updates: byName('updates'),
    looked: scalars(LOOKED),
    moved: scalars(MOVED),
    units: new Map(
      rooms.map(([key, { data }]) => {
        const layer = key.slice(ROOM.length);
        return [layer, { room: Array.from(data), saturated: state[SATURATED + layer]!.data[0]! }];
      }),
    ),
  };
}
