import * as tf from '@tensorflow/tfjs-core';
import { prepareTfjs } from './prepare-tfjs.js';
import { opSlot } from './tfjs-internals.js';

/** An op that a gradient is taken through. */
export interface TapedOp {
  /** Its kernel; of an op with a gradient of its own, its name. */
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  /** The first of its outputs. */
  readonly output: tf.Tensor;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * Another gradient of an op: from that of its output, those of some of its inputs, by name.
 *
 * @param op The op, whose tensors are copies that live as long as the tape.
 * @param stock The gradient that the op has, for any gradient of its output.
 */
export type TapeRule = (
  dy: tf.Tensor,
  op: TapedOp,
  stock: (dy: tf.Tensor) => Readonly<Record<string, () => tf.Tensor>>,
) => Readonly<Record<string, () => tf.Tensor>>;

/**
 * Runs `body`; the ops of each gradient that is taken meanwhile are shown to `rule`, in order, and have the gradient that it returns.
 * Synchronous. The ops of other code keep theirs.
 */
export function withTapeRules<T>(rule: (op: TapedOp) => TapeRule | undefined, body: () => T): T {
  prepareTfjs();
  const slot = opSlot();
  const outer = slot.watch;
  const below = outer ?? slot.stock;
  const watch: typeof below = {
    runKernel: (...call) => below.runKernel(...call),
    addTapeNode(kernel, inputs, outputs, gradient, saved, attributes = {}) {
      const given = inputs as TapedOp['inputs'];
      const output = (outputs as readonly tf.Tensor[])[0]!;
      const own = rule({ kernel, inputs: given, output, attributes });
      if (!own) return below.addTapeNode(kernel, inputs, outputs, gradient, saved, attributes);
      const kept = (saved ?? []) as tf.Tensor[];
      slot.watch = outer;
      // A layer's tidy disposes what no gradient has saved.
      const copies = [output, ...Object.values(given)].map((tensor) => tf.keep(tf.clone(tensor)));
      slot.watch = watch;
      const names = Object.keys(given);
      const op: TapedOp = {
        kernel,
        inputs: Object.fromEntries(names.map((name, i) => [name, copies[i + 1]!])),
        output: copies[0]!,
        attributes,
      };
      const stock = (tf.getGradient(kernel)?.gradFunc ?? gradient) as tf.GradFunc;
      const replaced = (dy: tf.Tensor) =>
        own(dy, op, (other) => stock(other, kept, attributes as tf.NamedAttrMap));
      // A name without a registered gradient: the engine would prefer that.
      return below.addTapeNode(
        `${kernel}, by a rule`,
        inputs,
        outputs,
        replaced,
        [...kept, ...copies],
        attributes,
      );
    },
  };
  slot.watch = watch;
  try {
    return body();
  } finally {
    slot.watch = outer;
  }
}
