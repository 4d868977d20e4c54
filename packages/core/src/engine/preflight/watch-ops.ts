import * as tf from '@tensorflow/tfjs-core';
import { isEspalierError } from '../../errors.js';
import { prepareTfjs } from '../prepare-tfjs.js';
import { activeTape, opSlot } from '../tfjs-internals.js';
import { currentScope, withScopes } from '../trace-scope.js';
import { failingGradient, missingGradient, missingKernel, type OpUse } from './refusal.js';

/** What {@link watchOps} gives. */
export interface Watched<T> {
  readonly result: T;
  /** Every op whose gradient was taken, in the order of the backward pass. */
  readonly differentiated: readonly OpUse[];
}

/** A kernel that ran, before anything that it was given or gave is gone. */
export interface RanKernel {
  readonly kernel: string;
  /** Some may be left out, and some are several. */
  readonly inputs: Readonly<Record<string, tf.Tensor | readonly tf.Tensor[] | undefined>>;
  readonly outputs: readonly tf.Tensor[];
  /** The layer, loss, plugin, ... that it belongs to; empty outside of all. */
  readonly origin: string;
  /** The kernel whose gradient it is part of. */
  readonly gradientOf: string | undefined;
}

/**
 * Runs `body`, and names layer, op and backend in the errors of ops that the active backend lacks and of gradients that
 * are missing or fail. Synchronous.
 *
 * @param where What the ops run on, for messages. Default: the active backend.
 * @param see Is shown every kernel that ran; what it runs itself is not watched.
 * @throws EspalierError `unsupported-op`; other errors pass unchanged.
 */
export function watchOps<T>(
  body: () => T,
  where = `the TensorFlow.js backend '${tf.getBackend()}'`,
  see?: (ran: RanKernel) => void,
): Watched<T> {
  prepareTfjs();
  const backend = tf.getBackend();
  const differentiated: OpUse[] = [];
  let within: OpUse | undefined;

  const slot = opSlot();
  const { stock, watch: outer } = slot;
  const show = (kernel: string, inputs: unknown, result: unknown): void => {
    slot.watch = undefined;
    try {
      see!({
        kernel,
        inputs: inputs as RanKernel['inputs'],
        outputs: (Array.isArray(result) ? result : [result]) as tf.Tensor[],
        origin: within?.origin ?? currentScope(),
        gradientOf: within?.kernel,
      });
    } finally {
      slot.watch = watch;
    }
  };
  const watch: typeof stock = {
    runKernel(kernel, inputs, attributes) {
      if (tf.getKernel(kernel, backend)) {
        const result = stock.runKernel(kernel, inputs, attributes);
        if (see) show(kernel, inputs, result);
        return result;
      }
      throw missingKernel(where, kernel, {
        origin: within?.origin ?? currentScope(),
        ...(within && { gradientOf: within.kernel }),
      });
    },
    addTapeNode(...parts) {
      stock.addTapeNode(...parts);
      const node = activeTape().at(-1)!;
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
  slot.watch = watch;
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
