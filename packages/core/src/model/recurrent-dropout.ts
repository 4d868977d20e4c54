import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { StepContext } from '../step/step-context.js';
import { partsOf } from './layer-parts.js';

type Layer = tfl.layers.Layer;
type Activation = { apply(x: tf.Tensor): tf.Tensor };

/** What a cell has that multiplies inputs and state by masks; protected in its types. */
interface Cell {
  dropout: number;
  recurrentDropout: number;
  readonly units: number;
  readonly kernel: tfl.LayerVariable;
  readonly recurrentKernel: tfl.LayerVariable;
  readonly bias: tfl.LayerVariable | null;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  call(inputs: tf.Tensor[], kwargs: object): tf.Tensor[];
  getClassName(): string;
}

/** A layer that goes through a sequence with a cell, or several on top of each other. */
interface Recurrent {
  readonly cell: Cell & { readonly cells?: readonly Cell[] };
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor | tf.Tensor[];
}

/** Masks of one cell for one sequence. */
interface Masks {
  readonly input?: tf.Tensor;
  readonly state?: tf.Tensor;
}

const CELLS: ReadonlySet<string> = new Set(['SimpleRNNCell', 'GRUCell', 'LSTMCell']);

/** Whether the masks inside this part of a layer are replaced by masks of the run's own. */
export function drawsItsDropout(part: Layer): boolean {
  return CELLS.has(part.getClassName());
}

/** A recurrent layer, where its random numbers come from, and those of its cells that have dropout. */
interface Place {
  readonly layer: Recurrent;
  readonly cells: ReadonlyMap<Cell, string>;
}

/** The recurrent layers with dropout inside, each with the names of its streams after `dropout/`: `<layer>`, `2/<layer>`. */
export function recurrentDropoutsOf(layers: readonly Layer[]): Place[] {
  return layers.flatMap((layer) => {
    const recurrent = partsOf(layer).filter((part) => 'cell' in part) as unknown as Recurrent[];
    let number = 0;
    return recurrent.flatMap((part) => {
      const cells = new Map<Cell, string>();
      for (const cell of part.cell.cells ?? [part.cell]) {
        number++;
        if (cell.dropout > 0 || cell.recurrentDropout > 0)
          cells.set(cell, number === 1 ? layer.name : `${number}/${layer.name}`);
      }
      return cells.size > 0 ? [{ layer: part, cells }] : [];
    });
  });
}

/**
 * Recurrent layers of TensorFlow.js draw their masks without a seed; its GRU also lets the masked state through where the new state is
 * mixed, so that what is kept grows by `1 / (1 - rate)` at each place of the sequence. Here a mask is drawn from the run's streams
 * once for a sequence, the same for all gates, and masks only what goes into products, as in Keras.
 */
export function overrideRecurrentDropout({ layer, cells }: Place, step: StepContext): () => void {
  const masks = new Map<Cell, Masks>();
  const undo = [...cells.keys()].map((cell) => overrideCell(cell, masks));
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) =>
    tf.tidy(() => {
      const [input] = Array.isArray(inputs) ? inputs : [inputs];
      let width = input!.shape.at(-1)!;
      for (const cell of layer.cell.cells ?? [layer.cell]) {
        const name = cells.get(cell);
        if (name !== undefined && step.training)
          masks.set(cell, masksOf(cell, rates.get(cell)!, name, [input!.shape[0]!, width], step));
        width = cell.units;
      }
      return call(inputs, kwargs);
    });
  const rates = new Map(undo.map(({ cell, rate }) => [cell, rate]));
  return () => {
    delete (layer as Partial<Recurrent>).call;
    for (const { restore } of undo) restore();
  };
}

interface Rates {
  readonly dropout: number;
  readonly recurrentDropout: number;
}

function masksOf(
  cell: Cell,
  { dropout, recurrentDropout }: Rates,
  name: string,
  [examples, width]: readonly [number, number],
  step: StepContext,
): Masks {
  const mask = (kind: string, rate: number, size: number): tf.Tensor => {
    const kept = tf.greaterEqual(step.random(`${kind}/${name}`, [examples, size]), rate);
    return tf.mul(tf.cast(kept, 'float32'), 1 / (1 - rate));
  };
  return {
    ...(dropout > 0 ? { input: mask('dropout', dropout, width) } : {}),
    ...(recurrentDropout > 0 ? { state: mask('recurrent-dropout', recurrentDropout, cell.units) } : {}),
  };
}

/** Has a cell use the masks of the sequence, and none of its own. */
function overrideCell(
  cell: Cell,
  masks: ReadonlyMap<Cell, Masks>,
): { cell: Cell; rate: Rates; restore: () => void } {
  const rate = { dropout: cell.dropout, recurrentDropout: cell.recurrentDropout };
  const call = cell.call.bind(cell);
  Object.assign(cell, { dropout: 0, recurrentDropout: 0 });
  cell.call = (inputs, kwargs) => {
    const mask = masks.get(cell);
    if (!mask) return call(inputs, kwargs);
    return tf.tidy(() => {
      const [x, h, ...rest] = inputs as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
      const input = mask.input ? tf.mul(x, mask.input) : x;
      if (!mask.state) return call([input, h, ...rest], kwargs);
      const state = tf.mul(h, mask.state);
      return cell.getClassName() === 'GRUCell'
        ? gatedRecurrentUnit(cell, input, h, state)
        : call([input, state, ...rest], kwargs);
    });
  };
  return {
    cell,
    rate,
    restore: () => {
      Object.assign(cell, rate);
      delete (cell as Partial<Cell>).call;
    },
  };
}

/** A GRU cell that mixes the whole state `h` with the candidate, and takes products of the masked one. */
function gatedRecurrentUnit(cell: Cell, x: tf.Tensor, h: tf.Tensor, masked: tf.Tensor): tf.Tensor[] {
  const { units, kernel, recurrentKernel, bias, activation, recurrentActivation } = cell;
  const product = tf.matMul(x as tf.Tensor2D, kernel.read() as tf.Tensor2D);
  const inputs = bias ? tf.add(product, bias.read()) : product;
  const [ofUpdate, ofReset, ofCandidate] = tf.split(inputs, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [gates, candidate] = tf.split(recurrentKernel.read(), [2 * units, units], 1) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const [toUpdate, toReset] = tf.split(tf.matMul(masked as tf.Tensor2D, gates), 2, 1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  const update = recurrentActivation.apply(tf.add(ofUpdate, toUpdate));
  const reset = recurrentActivation.apply(tf.add(ofReset, toReset));
  const fresh = activation.apply(
    tf.add(ofCandidate, tf.matMul(tf.mul(reset, masked) as tf.Tensor2D, candidate)),
  );
  const next = tf.add(tf.mul(update, h), tf.mul(tf.sub(1, update), fresh));
  return [next, next];
}
