import type * as tf from '@tensorflow/tfjs-core';
import type { KernelCall } from '@espalier/core/internal';
import { seeKernels } from '@espalier/core/internal';

/** Kernels with a corner where their input is 0. */
const CORNER_AT_ZERO: ReadonlySet<string> = new Set([
  'Relu',
  'LeakyRelu',
  'Prelu',
  'Abs',
  'Selu',
  'Sign',
  'Step',
]);
/** Kernels that give whole numbers. */
const STEPPED: ReadonlySet<string> = new Set(['Floor', 'Ceil', 'Round']);
/** Kernels whose output is one of their inputs, or a bound: which one may change. */
const CHOOSING: ReadonlySet<string> = new Set(['MaxPool', 'MaxPool3D', 'Max', 'Min', 'Maximum', 'Minimum']);

/**
 * Runs `body`, and tells on which piece of a function that is smooth in pieces it went: two runs of one `pattern` crossed no corner
 * between them (a ReLU at 0, another maximum of a pool).
 */
export function withPattern<T>(body: () => T): { readonly result: T; readonly pattern: number } {
  let pattern = 0x811c9dc5;
  const add = (bit: number): void => {
    pattern = Math.imul(pattern ^ bit, 0x01000193) >>> 0;
  };
  const result = seeKernels((call) => mark(call, add), body);
  return { result, pattern };
}

function mark({ kernel, inputs, attributes, output }: KernelCall, add: (bit: number) => void): void {
  if (CORNER_AT_ZERO.has(kernel)) {
    for (const value of numbers(inputs['x'])) add(Math.sign(value) + 1);
  } else if (kernel === 'Relu6' || kernel === 'ClipByValue') {
    const [low, high] =
      kernel === 'Relu6' ? [0, 6] : [attributes['clipValueMin'], attributes['clipValueMax']];
    for (const value of numbers(inputs['x'])) add(value <= Number(low) ? 0 : value >= Number(high) ? 2 : 1);
  } else if (CHOOSING.has(kernel)) {
    // Which inputs were chosen: those that the output has.
    const chosen = new Set(numbers(output));
    for (const input of Object.values(inputs))
      for (const value of numbers(input)) add(chosen.has(value) ? 1 : 0);
  } else if (kernel.startsWith('_Fused') || kernel.startsWith('Fused')) {
    const activation = String(attributes['activation'] ?? '');
    const high = activation === 'relu6' ? 6 : Infinity;
    if (/relu/i.test(activation))
      for (const value of numbers(output)) add(value >= high ? 2 : value > 0 ? 1 : 0);
  } else if (output.dtype === 'bool' || output.dtype === 'int32' || STEPPED.has(kernel)) {
    // What is compared or counted decides on the piece, e.g. within a `where`.
    for (const value of numbers(output)) add(value | 0);
  }
}

function numbers(tensor: tf.Tensor | undefined): ArrayLike<number> & Iterable<number> {
  return tensor ? (tensor.dataSync() as Float32Array) : [];
}
