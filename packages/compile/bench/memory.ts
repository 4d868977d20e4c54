/*
 * Resident memory over many compiled steps of whole training runs:
 *   node --expose-gc --conditions=@espalier/source --import tsx packages/compile/bench/memory.ts [steps] [device] [runtime]
 * Prints one line per thousand steps. It must stay flat.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { compiled, type CompiledOptions } from '@espalier/compile';
import { Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { useSoftwareGpu } from '../../../testing/support/software-gpu.js';

const [steps = '10000', device = 'cpu', runtime] = process.argv.slice(2);
if (device === 'webgpu') useSoftwareGpu();
await tf.setBackend('cpu');
const trainer = new Trainer({
  model: toyModel(),
  loss: toyCrossEntropy(),
  optimizer: toyOptimizer(),
  executor: compiled({ device, ...(runtime && { runtime }) } as CompiledOptions),
  seed: 1,
});
for (let done = 0; done < Number(steps); done += 1000) {
  // 22 examples in batches of 11: two steps an epoch.
  await trainer.fit(toyClasses(), { epochs: 500, batchSize: 11, stopOnInterrupt: false });
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  console.log(`${done + 1000} steps: ${mb(rss)} MB resident, ${mb(heapUsed)} heap, ${mb(external)} external`);
}
