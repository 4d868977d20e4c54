import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, HostBatch, StepInputs, StepProgram } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { inStep, type RanKernel, toBatch, watchOps } from '@espalier/core/internal';

/** An op that gave numbers which are not finite. */
export interface BadOp {
  /** The kernel, e.g. `Log`. */
  readonly op: string;
  /** The kernel whose gradient it is part of, in the backward pass. */
  readonly gradientOf: string | null;
  /** The layer, loss, metric, plugin or optimizer that it belongs to, e.g. `layer hidden_1`; '' where none is known. */
  readonly origin: string;
  readonly pass: 'forward' | 'backward' | 'update';
  readonly shape: readonly number[];
  /** The first of the numbers, as text, and how many there are. */
  readonly gave: 'NaN' | 'Infinity' | '-Infinity';
  readonly count: number;
  /** Numbers of the examples that it is about, at most 10; empty where it is about all, or the op does not tell. */
  readonly examples: readonly number[];
  /** Smallest and largest number that went in; null where nothing with numbers did. */
  readonly from: { readonly min: number; readonly max: number } | null;
  /** What went in and was not finite already: a weight or input that the step was given. */
  readonly given: readonly string[];
}

/** An op and what it was given, until it is known whether it matters. */
interface Ran extends BadOp {
  /** Data of its inputs that are not finite. */
  readonly bad: readonly object[];
}

/** Data without what is known of tensors: `Reshape` and `Identity` give the same. */
const dataOf = (tensor: tf.Tensor): object => tensor.dataId;

/**
 * Does a step op by op on the active backend, and looks at every number.
 *
 * Ops are followed back from what is not finite in the end, so that one whose numbers are masked away is not blamed.
 *
 * @param state What the step starts from; left as it is.
 * @returns The first op that gave what came to a number that is not finite; `undefined` where all is finite.
 */
export function firstBadOp(
  program: StepProgram,
  part: 'train' | 'accumulate',
  state: HostArrays,
  batch: HostBatch,
  inputs: StepInputs,
): BadOp | undefined {
  const made = new Map<object, Ran>();
  const leaves = new Map<object, string>();
  const finite = new Set<object>();
  const examples = Object.values(batch.inputs)[0]!.shape[0]!;
  let first: BadOp | undefined;
  let backward = false;

  const isBad = (tensor: tf.Tensor): boolean => {
    const data = dataOf(tensor);
    if (made.has(data)) return true;
    if (finite.has(data) || tensor.dtype !== 'float32') return false;
    if (firstNonFinite(tensor.dataSync()) >= 0) return true;
    finite.add(data);
    return false;
  };
  const see = (ran: RanKernel): void => {
    backward ||= ran.gradientOf !== undefined;
    // Some kernels have inputs that may be left out.
    const given = Object.values(ran.inputs)
      .flat()
      .filter((input) => input !== undefined);
    const bad = given.filter(isBad).map(dataOf);
    for (const output of ran.outputs) {
      const data = dataOf(output);
      // What only looks at the data of another has not made them.
      if (output.dtype !== 'float32' || made.has(data) || bad.includes(data)) continue;
      const values = output.dataSync();
      const at = firstNonFinite(values);
      if (at < 0) finite.add(data);
      else made.set(data, { ...describe(ran, output, values, at, given), bad });
    }
  };
  const describe = (
    { kernel, origin, gradientOf }: RanKernel,
    { shape, size }: tf.Tensor,
    values: ArrayLike<number>,
    at: number,
    given: readonly tf.Tensor[],
  ): BadOp => {
    const pass = gradientOf !== undefined || (backward && origin === '') ? 'backward' : 'forward';
    const update = backward && pass === 'forward' && !origin.includes('metric ');
    return {
      op: kernel,
      gradientOf: gradientOf ?? null,
      origin: origin.split(' > ').at(-1)!,
      pass: update ? 'update' : pass,
      shape: [...shape],
      gave: String(values[at]) as BadOp['gave'],
      count: countNonFinite(values),
      examples: shape[0] === examples && shape.length > 0 ? rowsOf(values, size / examples) : [],
      from: rangeOf(given.filter(({ dtype }) => dtype === 'float32' || dtype === 'int32')),
      given: [
        ...new Set(given.flatMap((tensor) => (isBad(tensor) ? (leaves.get(dataOf(tensor)) ?? []) : []))),
      ],
    };
  };

  inStep(true, inputs, undefined, (step) => {
    const tensors = tensorsOf(state);
    const given = toBatch(batch);
    for (const [name, tensor] of Object.entries(tensors)) leaves.set(dataOf(tensor), name);
    for (const kind of ['inputs', 'targets', 'weights'] as const)
      for (const [name, tensor] of Object.entries(given[kind] ?? {}))
        leaves.set(dataOf(tensor), `${kind} '${name}' of the batch`);
    const { result } = watchOps(() => program[part](tensors, given, step), undefined, see);
    const ends = [...Object.values(result.sums), ...Object.values(result.state)];
    first = earliest(made, ends.filter((tensor) => made.has(dataOf(tensor))).map(dataOf));
    return {};
  });
  return first;
}

/** Of all that came to these data, the first op that was given nothing bad but what the step was given. */
function earliest(made: ReadonlyMap<object, Ran>, ends: readonly object[]): BadOp | undefined {
  const reached = new Set(ends);
  for (const data of reached) for (const input of made.get(data)?.bad ?? []) reached.add(input);
  for (const [data, { bad, ...op }] of made)
    if (reached.has(data) && !bad.some((input) => made.has(input))) return op;
  return undefined;
}

function tensorsOf(arrays: HostArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [
      name,
      tf.tensor(toTensorData(array).slice(), [...array.shape], array.dtype),
    ]),
  );
}

/** Place of the first number that is not finite; -1 where there is none. */
export function firstNonFinite(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

function countNonFinite(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count++;
  return count;
}

function rowsOf(values: ArrayLike<number>, width: number): number[] {
  const rows = new Set<number>();
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) rows.add(Math.floor(i / width));
  return rows.size === values.length / width ? [] : [...rows].slice(0, 10);
}

function rangeOf(tensors: readonly tf.Tensor[]): BadOp['from'] {
  let [min, max] = [Infinity, -Infinity];
  for (const tensor of tensors) {
    for (const value of tensor.dataSync()) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? { min, max } : null;
}
