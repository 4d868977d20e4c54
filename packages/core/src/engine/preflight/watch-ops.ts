import * as tf from '@tensorflow/tfjs-core';
import { isEspalierError } from '../../errors.js';
import { currentScope, withScopes } from '../trace-scope.js';
import { failingGradient, missingGradient, missingKernel, type OpUse } from './refusal.js';

type Gradient = (dys: tf.Tensor[]) => Record<string, () => tf.Tensor>;

interface TapeNode {
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  gradient?: Gradient;
}

/** The parts of the tfjs engine that are watched and that its types hide. */
interface Engine {
  readonly state: { readonly activeTape: TapeNode[] | null };
  runKernel(kernel: string, inputs: unknown, attributes: unknown): unknown;
  addTapeNode(
    kernel: string,
    inputs: unknown,
    outputs: unknown,
    gradient: unknown,
    saved: unknown,
    attributes: OpUse['attributes'] | undefined,
  ): void;
}

/** What {@link watchOps} gives. */
export interface Watched<T> {
  readonly result: T;
  /** Every op whose gradient was taken, in the order of the backward pass. */
  readonly differentiated: readonly OpUse[];
}

/**
 * Runs `body`, and names layer, op and backend in the errors of ops that the active backend lacks and of gradients that
 * are missing or fail. Synchronous.
 *
 * @param where What the ops run on, for messages. Default: the active backend.
 * @throws EspalierError `unsupported-op`; other errors pass unchanged.
 */
export function watchOps<T>(
  body: () => T,
  where = `the TensorFlow.js backend '${tf.getBackend()}'`,
): Watched<T> {
  const backend = tf.getBackend();
  const differentiated: OpUse[] = [];
  let within: OpUse | undefined;

  const outer = slot.watch;
  slot.watch = {
    runKernel(kernel, inputs, attributes) {
      if (tf.getKernel(kernel, backend)) return stock.runKernel(kernel, inputs, attributes);
      throw missingKernel(where, kernel, {
        origin: within?.origin ?? currentScope(),
        ...(within && { gradientOf: within.kernel }),
      });
    },
    addTapeNode(...parts) {
      stock.addTapeNode(...parts);
      const node = engine.state.activeTape!.at(-1)!;
      // What tf.customGrad makes, fused convolutions among them, goes by the name of the op that was called.
      const kernel = parts[0].replace(/__op$/, '');
      const op: OpUse = { kernel, attributes: parts[5] ?? {}, origin: currentScope() };
      const gradient = node.gradient;
      /** An error below says which op's gradient it was. */
      const inGradient = <R>(part: () => R): R => {
        const around = within;
        within = op;
        try {
          return part();
        } catch (cause) {
          throw isEspalierError(cause) ? cause : failingGradient(where, op, cause);
        } finally {
          within = around;
        }
      };
      // TensorFlow.js asks only those nodes that lie between the parameters and the loss.
      node.gradient = (dys) => {
        if (!gradient) throw missingGradient(where, op);
        differentiated.push(op);
        const found = inGradient(() => gradient(dys));
        return Object.fromEntries(
          Object.entries(node.inputs).map(([name, input]) => [
            name,
            () => inGradient(() => checked(found[name], name, input)),
          ]),
        );
      };
    },
  };
  try {
    return { result: withScopes(body), differentiated };
  } finally {
    slot.watch = outer;
  }
}

/** What TensorFlow.js itself finds only where it no longer knows the op. */
function checked(gradient: (() => tf.Tensor) | undefined, name: string, input: tf.Tensor): tf.Tensor {
  if (!gradient) throw new Error(`there is none for its input '${name}'`);
  const result = gradient();
  if (String(result.shape) !== String(input.shape))
    throw new Error(
      `that of its input '${name}' has shape [${result.shape}], but the input has [${input.shape}]`,
    );
  return result;
}

/** What stands in for two methods of the engine while ops are watched. */
type Watch = Pick<Engine, 'runKernel' | 'addTapeNode'>;

/** Where the engine finds what watches it now. */
interface WatchSlot {
  watch: Watch | undefined;
}

const slotKey = Symbol.for('espalier.preflight.watch');

/**
 * Has the engine ask before each op whether it is watched. Done when this file is loaded, and never undone: an engine whose
 * methods come and go is slow for good, since its calls can no longer be compiled into their callers.
 */
function slotOf(engine: Engine & { [slotKey]?: WatchSlot }): WatchSlot {
  const known = engine[slotKey];
  if (known) return known;
  const slot: WatchSlot = { watch: undefined };
  const { runKernel, addTapeNode } = stock;
  Object.defineProperty(engine, slotKey, { value: slot });
  engine.runKernel = (...call) => (slot.watch ? slot.watch.runKernel(...call) : runKernel(...call));
  engine.addTapeNode = (...node) => (slot.watch ? slot.watch.addTapeNode(...node) : addTapeNode(...node));
  return slot;
}

function methodsOf(engine: Engine): Watch {
  const { runKernel, addTapeNode } = Object.getPrototypeOf(engine) as Engine;
  return { runKernel: runKernel.bind(engine), addTapeNode: addTapeNode.bind(engine) };
}

const engine = tf.engine() as unknown as Engine;
const stock = methodsOf(engine);
const slot = slotOf(engine);
