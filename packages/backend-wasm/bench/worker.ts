/** One engine in a process of its own: answers each model's name that it is sent with the milliseconds of one step. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { wasm } from '../src/index.js';
import { cnn, mlp, type Workload } from './models.js';

if (process.argv[2] === 'stock') await tf.setBackend('wasm');
else await wasm().activate();

const makers: Record<string, () => Workload> = { mlp: () => mlp(200), cnn: () => cnn(4) };
const workloads = new Map<string, Workload>();

async function measure(name: string): Promise<number> {
  let workload = workloads.get(name);
  if (!workload) {
    workload = makers[name]!();
    workloads.set(name, workload);
    await workload.epoch();
    await workload.epoch();
  }
  const start = performance.now();
  await workload.epoch();
  return (performance.now() - start) / workload.steps;
}

process.on('message', (name: string) => {
  measure(name).then(
    (ms) => process.send!({ ms }),
    (error: unknown) => process.send!({ error: String(error) }),
  );
});
process.send!({ ready: true });
