import type { Tensors } from '../data/arrays.js';
import { EspalierError } from '../errors.js';

/**
 * Which parameters something applies to: all `kernels` (the default of every regularizer), `biases`, `all`, exact
 * names, a pattern over names, or a function of name and shape.
 */
export type ParameterSelector =
  | 'kernels'
  | 'biases'
  | 'all'
  | readonly string[]
  | RegExp
  | ((name: string, shape: readonly number[]) => boolean);

/** What kind of parameter a name and shape say it is. */
export type ParameterKind = 'kernel' | 'bias' | 'other';

const OTHER = /^(gamma|beta|scale|center|embeddings|alpha|moving_mean|moving_variance)$/;

/**
 * The kind of a parameter. Its last name segment decides (`hidden_1/kernel`, `gru/recurrent_kernel`, `output/bias`);
 * where that says nothing, a matrix or higher is a kernel.
 */
export function parameterKind(name: string, shape: readonly number[]): ParameterKind {
  const last = name.slice(name.lastIndexOf('/') + 1);
  if (last.endsWith('kernel')) return 'kernel';
  if (last === 'bias' || last.endsWith('_bias')) return 'bias';
  if (OTHER.test(last)) return 'other';
  return shape.length >= 2 ? 'kernel' : 'other';
}

/**
 * The axes that the weights into one unit lie along: all but the last, as `[inputs, units]` and `[height, width, inputs, filters]`
 * say; of a `depthwise_kernel` `[height, width, inputs, filters of each]` those of the field, each input having filters of its own; of
 * a `transposed_kernel` `[height, width, units, inputs]` all but the last but one. Of a vector, its only one. Of `embeddings`
 * `[ids, dimensions]` the ids, as Keras's constraints have it; the vector of each id lies along axis -1.
 */
export function axesIntoUnit(name: string, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  if (rank <= 1) return axes;
  const last = name.slice(name.lastIndexOf('/') + 1);
  if (last === 'depthwise_kernel') return axes.slice(0, -2);
  const unit = last === 'transposed_kernel' ? rank - 2 : rank - 1;
  return axes.filter((axis) => axis !== unit);
}

/**
 * The names that a selector selects, in the order given.
 *
 * @throws EspalierError `invalid-option` where an exact name does not exist, or where a selector selects nothing.
 */
export function selectParameters(
  shapes: Readonly<Record<string, readonly number[]>>,
  selector: ParameterSelector,
  scope: string,
): string[] {
  const names = Object.keys(shapes);
  if (Array.isArray(selector)) {
    const unknown = (selector as readonly string[]).find((name) => !names.includes(name));
    if (unknown !== undefined) fail(`parameter '${unknown}' does not exist`);
  }
  const selected = names.filter((name) => selects(selector, name, shapes[name]!));
  if (selected.length === 0) fail('the selector of parameters selects nothing');
  return selected;

  function fail(what: string): never {
    throw new EspalierError({
      code: 'invalid-option',
      scope,
      message: `${what}; the model has: ${names.join(', ') || '(no parameters)'}.`,
    });
  }
}

function selects(selector: ParameterSelector, name: string, shape: readonly number[]): boolean {
  if (selector === 'all') return true;
  if (selector === 'kernels') return parameterKind(name, shape) === 'kernel';
  if (selector === 'biases') return parameterKind(name, shape) === 'bias';
  if (typeof selector === 'function') return selector(name, shape);
  // A pattern with the flag g or y remembers where it was; `search` does not.
  if (selector instanceof RegExp) return name.search(selector) >= 0;
  return (selector as readonly string[]).includes(name);
}

/**
 * A selector as a function of the parameters, which are known only once a run starts. The answer is kept for the names and
 * shapes that it was given for.
 *
 * @returns The names selected. It throws as {@link selectParameters} does.
 */
export function parameterSelection(
  scope: string,
  selector: ParameterSelector,
): (parameters: Tensors) => ReadonlySet<string> {
  let last: Tensors | undefined;
  let key: string | undefined;
  let names: ReadonlySet<string> = new Set();
  return (parameters) => {
    if (parameters === last) return names;
    const shapes = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
    const now = JSON.stringify(shapes);
    if (now !== key) names = new Set(selectParameters(shapes, selector, scope));
    [last, key] = [parameters, now];
    return names;
  };
}
