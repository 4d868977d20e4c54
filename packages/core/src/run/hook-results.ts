import type * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../data/arrays.js';
import { fail } from '../errors.js';
import { describe } from '../options.js';

/**
 * Refuses a penalty that is no scalar: one of a hook that waits is a promise.
 *
 * @throws EspalierError `hook-failed`, under the name of the plugin.
 */
export function checkPenalty(plugin: string, penalty: unknown, hook = 'penalty'): void {
  if (isTensor(penalty) ? penalty.size === 1 : typeof penalty === 'number') return;
  fail('hook-failed', plugin, `${hook} must give a scalar at once, got ${described(penalty)}.`);
}

/**
 * Refuses what a plugin made of gradients or parameters where it is no longer that: another name, shape or kind of thing.
 *
 * @param parameters Those that the result is for. A gradient may be left out: its parameter then stays as it is.
 * @param whole Whether each parameter must have its entry.
 * @throws EspalierError `hook-failed`, under the name of the plugin.
 */
export function checkTransformed(
  plugin: string,
  hook: string,
  result: unknown,
  parameters: Tensors,
  whole: boolean,
): void {
  const refuse = (got: string): never =>
    fail(
      'hook-failed',
      plugin,
      `${hook} must give tensors by the names of the parameters at once, got ${got}.`,
    );
  if (typeof result !== 'object' || result === null || isThenable(result) || isTensor(result))
    return refuse(described(result));
  for (const [name, tensor] of Object.entries(result)) {
    const wanted = Object.hasOwn(parameters, name) ? parameters[name]! : refuse(`'${name}', which is none`);
    if (!isTensor(tensor)) return refuse(`${described(tensor)} for '${name}'`);
    if (tensor.shape.join() !== wanted.shape.join())
      refuse(`the shape [${tensor.shape.join(', ')}] for '${name}', which has [${wanted.shape.join(', ')}]`);
  }
  const missing = whole && Object.keys(parameters).find((name) => !Object.hasOwn(result, name));
  if (missing) refuse(`nothing for '${missing}'`);
}

const isTensor = (value: unknown): value is tf.Tensor =>
  typeof (value as Partial<tf.Tensor> | null | undefined)?.dataSync === 'function';

const isThenable = (value: object): boolean => typeof (value as { then?: unknown }).then === 'function';

function described(value: unknown): string {
  if (isTensor(value)) return `a tensor of shape [${value.shape.join(', ')}]`;
  if (typeof value === 'object' && value !== null && isThenable(value)) return 'a promise';
  return describe(value);
}
