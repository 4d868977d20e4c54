import * as tf from '@tensorflow/tfjs-core';
import type { Backend, Executor, HostArrays } from '@espalier/core';
import { eager, useBackend } from '@espalier/core';
import type { LayerProgram } from './layer-program.js';

/** What runs a step: an executor on the active backend, or a backend, op by op. */
export type Engine = Executor | Backend;

/** Whether a value is an {@link Engine}. */
export function isEngine(value: unknown): value is Engine {
  const { name, start, activate } = (value ?? {}) as Partial<Executor & Backend>;
  return typeof name === 'string' && (typeof start === 'function' || typeof activate === 'function');
}

/** Runs the program once on an engine. A backend is active for that time only. */
export async function runOnEngine(
  engine: Engine,
  { program, state, arrays }: LayerProgram,
  seed = 0,
): Promise<{ readonly name: string; readonly outputs: HostArrays }> {
  const before = tf.getBackend();
  const executor = 'start' in engine ? engine : eager();
  if (!('start' in engine)) await useBackend(engine);
  try {
    const session = await executor.start(program, state);
    try {
      const examples = Object.values(arrays)[0]!.shape[0]!;
      const scalars = { learningRate: 0, learningRateFactor: 1, step: 0, epoch: 0, batchSize: examples };
      const outputs = await session.predict(arrays, { scalars, seed, draw: 0 });
      return { name: session.name, outputs };
    } finally {
      session.dispose();
    }
  } finally {
    if (tf.getBackend() !== before) await tf.setBackend(before);
  }
}
