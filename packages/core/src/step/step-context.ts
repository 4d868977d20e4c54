import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Schedule } from './optimizer.js';

/** How random numbers of a step are distributed: uniform in [0, 1), or standard normal. */
export type Distribution = 'uniform' | 'normal';

/**
 * What code inside a step may ask for besides its tensors.
 *
 * Everything that varies from step to step comes through here as a tensor, so that a step is a pure function which can
 * be traced once and run many times. Tensors given out belong to the step: do not dispose them.
 */
export interface StepContext {
  /** True in a training step, false in evaluation and prediction. */
  readonly training: boolean;
  /**
   * A number that may change between steps, as a float32 scalar: `learningRate`, `step` (whole steps done before this
   * one), `epoch`, `batchSize`, or a scalar that the asking plugin or optimizer declares under `scalars`.
   *
   * @throws EspalierError `invalid-option` for a name that nobody declared.
   */
  scalar(name: string): Scalar;
  /**
   * Random numbers of this step, drawn from the stream (run seed, `stream`, step), as a float32 tensor.
   *
   * @param stream Names the consumer, e.g. `dropout/hidden_1`; one shape per name and step.
   */
  random(stream: string, shape: readonly number[], distribution?: Distribution): Tensor;
  /** Offers a tensor of the step to whoever reads `StepLogs.tap(name)` afterwards. */
  tap(name: string, value: Tensor): void;
}

const key = Symbol.for('espalier.step');
const slot = globalThis as { [key]?: StepContext };

/**
 * The context of the step that runs now, for layers and other code that is called without one; `undefined` outside a
 * step. Kept on `globalThis` so that ESM and CommonJS copies of this package share it.
 */
export function currentStep(): StepContext | undefined {
  return slot[key];
}

/** Runs `body` with `context` as {@link currentStep}. Synchronous: steps never await. */
export function withStep<T>(context: StepContext, body: () => T): T {
  const outer = slot[key];
  slot[key] = context;
  try {
    return body();
  } finally {
    if (outer) slot[key] = outer;
    else delete slot[key];
  }
}

/** Someone who declares scalars: an optimizer or a plugin. */
export interface ScalarOwner {
  readonly name: string;
  readonly scalars?: Readonly<Record<string, Schedule>>;
}

/** The full name under which an owner's scalar or random stream is known to the step. */
export function ownName(owner: ScalarOwner, name: string): string {
  return `${owner.name}/${name}`;
}

/** A step as `owner` sees it: its own scalars by their short names, its random streams under its own name. */
export function scopedStep(step: StepContext, owner: ScalarOwner): StepContext {
  return {
    training: step.training,
    scalar: (name) => step.scalar(owner.scalars && name in owner.scalars ? ownName(owner, name) : name),
    random: (name, shape, distribution) => step.random(ownName(owner, name), shape, distribution),
    tap: (name, value) => step.tap(name, value),
  };
}
