/** One engine in a process of its own: answers each request with the milliseconds of one step. */
import * as tf from '@tensorflow/tfjs-core';
import { webgpu } from '../src/index.js';
import { models, type Workload } from './models.js';

interface Request {
  readonly model: string;
  readonly steps: number;
}

if (process.argv[2] === 'stock') {
  // Dawn made global as its README says, and nothing else.
  const { create, globals } = (await import('webgpu' as string)) as {
    create(flags: string[]): unknown;
    globals: object;
  };
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), userAgent: 'Node.js' } });
  await import('@tensorflow/tfjs-backend-webgpu');
  await tf.setBackend('webgpu');
} else await webgpu().activate();

const workloads = new Map<string, Workload>();

process.on('message', ({ model, steps }: Request) => {
  const measure = async (): Promise<number> => {
    let workload = workloads.get(model);
    if (!workload) {
      workloads.set(model, (workload = models[model]!.make()));
      // Compiles the shaders.
      await workload.train(3);
    }
    const start = performance.now();
    await workload.train(steps);
    return (performance.now() - start) / steps;
  };
  measure().then(
    (ms) => process.send!({ ms }),
    (error: unknown) => process.send!({ error: String(error) }),
  );
});
process.send!({ ready: true });
