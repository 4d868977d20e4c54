import type { Batch, StepContext, StepProgram, Tensors } from '@espalier/core';

/** Which function of a step program. */
export type StepKind =
  'train' | 'accumulate' | 'evaluate' | 'evaluate-with-outputs' | 'penalties' | 'predict';

/** What a function of a step program is given. */
export interface Given {
  readonly state: Tensors;
  readonly batch: Batch;
  readonly step: StepContext;
}

/** What it gives, by the prefix that the outputs have in the graph. */
export interface Made {
  /** The next state; entries that are the very tensors of the state stay as they are. */
  readonly next?: Tensors;
  readonly sum?: Tensors;
  readonly output?: Tensors;
}

interface StepFunction {
  /** Whether layers train in it, and taps are wanted. */
  readonly training: boolean;
  run(program: StepProgram, given: Given): Made;
}

/** The functions of a step program that are compiled, each for every batch shape; all of them work on one state. */
export const stepFunctions: Readonly<Record<StepKind, StepFunction>> = {
  train: {
    training: true,
    run(program, { state, batch, step }) {
      const { state: next, sums } = program.train(state, batch, step);
      return { next, sum: sums };
    },
  },
  accumulate: {
    training: true,
    run(program, { state, batch, step }) {
      const { state: next, sums } = program.accumulate(state, batch, step);
      return { next, sum: sums };
    },
  },
  evaluate: {
    training: false,
    run: (program, { state, batch, step }) => ({ sum: program.evaluate(state, batch, step).sums }),
  },
  'evaluate-with-outputs': {
    training: false,
    run(program, { state, batch, step }) {
      const { sums, outputs } = program.evaluate(state, batch, step);
      return { sum: sums, output: outputs };
    },
  },
  penalties: {
    training: false,
    run: (program, { state, step }) => ({ sum: program.penalties(state, step) }),
  },
  predict: {
    training: false,
    run: (program, { state, batch, step }) => ({ output: program.predict(state, batch.inputs, step) }),
  },
};
