import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { node } from '@espalier/backend-node';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { eager, type Executor, useBackend } from '@espalier/core';
import type { Engine } from './options.js';

/** Starts an engine. Where compiled steps cannot start, `compiled` says why in one line and runs on wasm. */
export async function startEngine(engine: Engine, say: (line: string) => void): Promise<Executor> {
  if (engine === 'cpu') await tf.setBackend('cpu');
  else await useBackend(engine === 'node' ? node() : wasm());
  if (engine !== 'compiled') return eager();
  const executor = compiled();
  const availability = await executor.isAvailable!();
  if (availability.available) return executor;
  const { reason, fix } = availability;
  say(`Running on wasm, a few times slower, for compiled steps cannot start: ${reason}. To fix it: ${fix}.`);
  return eager();
}
