import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Json, Schedule, Tensors } from '@espalier/core';

/** `factor * tensor`, not multiplied yet; without a factor the tensor itself. */
export interface Term {
  readonly tensor: Tensor;
  /** Numbers and scalars of the step whose product it is; see {@link TransformStep}. */
  readonly factor?: Factor;
}

/** A product that is worked out once a step, when something is multiplied by it: numbers first, in float64. */
export interface Factor {
  readonly constant: number;
  readonly scalars: readonly Scalar[];
}

/**
 * What will be subtracted from one parameter, so far: the sum of its terms. Before the first transform it is the gradient.
 *
 * Multiplying by a scalar changes factors alone, so that however many transforms scale an update, one kernel does it.
 */
export type Update = readonly Term[];

/** Updates by parameter name. */
export type Updates = Readonly<Record<string, Update>>;

/** The numbers of the step that runs. Tensors given out belong to the step: do not dispose them. */
export interface TransformStep {
  /** The optimizer's name, for errors. */
  readonly optimizer: string;
  /** `learningRate`, or a scalar that the transform declares under `scalars`. */
  scalar(name: string): Scalar;
  /** A number as a tensor, one for the whole step. */
  constant(value: number): Scalar;
  /** A factor as a tensor; one kernel per product, once a step. */
  product(factor: Factor): Scalar;
}

/** What a transform gives back: every update that it was given, and the slots that have changed. */
export interface TransformResult {
  readonly updates: Updates;
  readonly slots: Tensors;
}

/**
 * One part of an optimizer, as two pure functions of tensors: what it remembers, and how it changes what is to be subtracted
 * from the parameters. As optax's `GradientTransformation`, but that updates are subtracted and not added.
 */
export interface GradientTransform {
  /** In kebab case, e.g. `scale-by-adam`. */
  readonly name: string;
  /** The options it was made with. */
  readonly config: Json;
  /** Numbers that vary by step and are computed in float64 outside it. Names are unique in a chain. */
  readonly scalars?: Readonly<Record<string, Schedule>>;
  /** The learning rate or its schedule, of the one transform of a chain that applies it. */
  readonly learningRate?: number | Schedule;
  /** Names of its slots, unique in a chain. */
  readonly slotNames: readonly string[];
  /** Whether what it does to one parameter depends on that parameter alone: then it is run parameter by parameter. */
  readonly perParameter: boolean;
  /** Slots for these parameters, keyed `<slot>/<parameter name>`. */
  init(parameters: Tensors): Tensors;
  /** Changes updates. Called in a `tf.tidy`, with all slots and parameters, and with the updates of some or all of these. */
  update(updates: Updates, slots: Tensors, parameters: Tensors, step: TransformStep): TransformResult;
}

/** An update of one tensor, times numbers or scalars of the step. */
export function updateOf(tensor: Tensor, ...factors: readonly (number | Scalar)[]): Update {
  return [factors.length === 0 ? { tensor } : { tensor, factor: times(undefined, factors) }];
}

/** An update with each of its terms multiplied, which costs nothing yet. */
export function scaleUpdate(update: Update, ...factors: readonly (number | Scalar)[]): Update {
  return update.map(({ tensor, factor }) => ({ tensor, factor: times(factor, factors) }));
}

/** The update as a tensor: one kernel for each term with a factor, and one for each term after the first. */
export function valueOf(update: Update, step: TransformStep): Tensor {
  return update
    .map(({ tensor, factor }) => (isOne(factor) ? tensor : tf.mul(tensor, step.product(factor!))))
    .reduce((sum, term) => tf.add(sum, term));
}

function times(factor: Factor | undefined, factors: readonly (number | Scalar)[]): Factor {
  let { constant, scalars } = factor ?? { constant: 1, scalars: [] };
  for (const each of factors) {
    if (typeof each === 'number') constant *= each;
    else scalars = [...scalars, each];
  }
  return { constant, scalars };
}

function isOne(factor: Factor | undefined): boolean {
  return !factor || (factor.constant === 1 && factor.scalars.length === 0);
}
