import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Executor, HostArrays, StepProgram, Tensors } from '@espalier/core';
import { eager } from '@espalier/core';
import { expect } from 'vitest';
import { tensorBits } from './bits.js';

/**
 * The eager executor, which also proves that every training step is pure: called twice it gives the same bits, and
 * what goes in stays as it is.
 *
 * @param seen Called with each program that is started, and its first state.
 */
export function checkingExecutor(seen?: (program: StepProgram, state: HostArrays) => void): Executor {
  return {
    name: 'checking',
    start(program, state) {
      seen?.(program, state);
      return eager().start({ ...program, train: (...step) => trainTwice(program, ...step) }, state);
    },
  };
}

function trainTwice(
  program: StepProgram,
  ...[state, batch, step]: Parameters<StepProgram['train']>
): ReturnType<StepProgram['train']> {
  const before = [tensorBits(state), ...batchBits(batch)];
  const first = program.train(state, batch, step);
  const { numTensors } = tf.memory();
  tf.tidy(() => {
    // What the second call taps is gone after this tidy; the taps of the first stay.
    const second = program.train(state, batch, { ...step, tap: () => {} });
    expect(tensorBits(second.state), 'state of the same step again').toEqual(tensorBits(first.state));
    expect(tensorBits(second.sums), 'sums of the same step again').toEqual(tensorBits(first.sums));
  });
  expect(tf.memory().numTensors - numTensors, 'tensors that a step leaves past its tidy').toBe(0);
  expect([tensorBits(state), ...batchBits(batch)], 'what a step was given, afterwards').toEqual(before);
  return first;
}

function batchBits({ inputs, targets, weights }: Batch): unknown[] {
  return [inputs, targets, weights ?? ({} as Tensors)].map(tensorBits);
}
