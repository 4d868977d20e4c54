import * as tf from '@tensorflow/tfjs-core';
import type { HostArray } from '@espalier/core';
import { checkOptions, EspalierError, toTensorData } from '@espalier/core';
import { describe, formatShape, shapesMatch } from '@espalier/core/internal';

/** A tensor or an array in plain memory. */
export type AnyArray = tf.Tensor | HostArray;

/** The arrays of a batch `[N, ...]`: one, or several by the names of the model's inputs or outputs. They stay the caller's. */
export type GivenArrays = AnyArray | Readonly<Record<string, AnyArray>>;

/** Examples with their targets. */
export interface GivenBatch {
  readonly inputs: GivenArrays;
  readonly targets: GivenArrays;
  /** `[N]` weights of the examples in the loss. Default 1. */
  readonly weights?: GivenArrays;
}

type Shapes = Readonly<Record<string, readonly (number | null)[]>>;

/**
 * Arrays by the names that a model has for them. What is in plain memory becomes a tensor of the present tidy.
 *
 * @param names The model's; `undefined` where it does not say: names are then taken as they come, a single array's is `fallback`.
 * @throws EspalierError `invalid-option` for what is no array; `invalid-data` for other names or numbers of examples.
 */
export function namedTensors(
  scope: string,
  what: string,
  given: GivenArrays,
  names: readonly string[] | undefined,
  fallback = 'input',
): Record<string, tf.Tensor> {
  const named = looksLikeArray(given) ? { [names?.length === 1 ? names[0]! : fallback]: given } : given;
  if (typeof named !== 'object' || named === null)
    checkOptions(scope).fail(what, 'a tensor or arrays by name', given);
  const entries = Object.entries(named);
  for (const [name, value] of entries)
    checkArray(scope, (named as unknown) === given ? `${what}.${name}` : what, value);
  const [only] = entries;
  const renamed: [string, AnyArray][] =
    names?.length === 1 && entries.length === 1 ? [[names[0]!, only![1]]] : entries;
  const got = renamed.map(([name]) => name);
  if (names && (got.length !== names.length || names.some((name) => !got.includes(name))))
    failData(scope, `${what} are ${got.join(', ') || '(none)'}; the model has ${names.join(', ')}.`);
  if (renamed.length === 0) failData(scope, `${what} are empty.`);
  const counts = renamed.map(([, { shape }]) => shape[0]);
  if (counts.some((count) => count === undefined || count === 0 || count !== counts[0]))
    failData(scope, `${what} must have the same number of examples, at least one, got ${describe(counts)}.`);
  return Object.fromEntries(renamed.map(([name, value]) => [name, asTensor(value)]));
}

/**
 * The inputs of a model, as {@link namedTensors}.
 *
 * @throws EspalierError also `invalid-data` for examples of another shape than the model takes.
 */
export function inputTensors(
  scope: string,
  what: string,
  given: GivenArrays,
  shapes: Shapes | undefined,
): Record<string, tf.Tensor> {
  const tensors = namedTensors(scope, what, given, shapes && Object.keys(shapes));
  for (const [name, { shape }] of Object.entries(tensors)) {
    const wanted = shapes?.[name];
    if (wanted && !shapesMatch(wanted, shape))
      failData(
        scope,
        `the model takes ${formatShape(wanted)} as '${name}', ${what} are [${shape.join(', ')}].`,
      );
  }
  return tensors;
}

/** How many examples named tensors hold. */
export function examplesOf(tensors: Readonly<Record<string, tf.Tensor>>): number {
  return Object.values(tensors)[0]!.shape[0]!;
}

/** The tensor itself, or one of the present tidy. */
export function asTensor(array: AnyArray): tf.Tensor {
  if (array instanceof tf.Tensor) return array;
  return tf.tensor(toTensorData(array).slice(), [...array.shape], array.dtype);
}

/**
 * An array in plain memory.
 *
 * @throws EspalierError `invalid-option` for what is no array.
 */
export async function hostArray(scope: string, what: string, array: AnyArray): Promise<HostArray> {
  checkArray(scope, what, array);
  if (!(array instanceof tf.Tensor)) return array;
  return { data: (await array.data()) as Float32Array, shape: array.shape, dtype: array.dtype as 'float32' };
}

/** @throws EspalierError `invalid-option` for what is no array, or has more or fewer numbers than its shape says. */
export function checkArray(scope: string, what: string, value: AnyArray): void {
  if (!looksLikeArray(value)) checkOptions(scope).fail(what, 'a tensor or { data, shape, dtype }', value);
  if (value instanceof tf.Tensor) return;
  const size = value.shape.reduce((product, length) => product * length, 1);
  if (value.data.length !== size)
    checkOptions(scope).fail(what, `${size} numbers, as its shape [${value.shape}] says`, value.data.length);
}

function looksLikeArray(value: unknown): value is AnyArray {
  if (value instanceof tf.Tensor) return true;
  const { data, shape } = (value ?? {}) as Partial<HostArray>;
  return ArrayBuffer.isView(data) && Array.isArray(shape);
}

/** @throws EspalierError `invalid-data`, always. */
export function failData(scope: string, message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope, message });
}
