import { kernelReport, node } from '@espalier/backend-node';
import { wasm } from '@espalier/backend-wasm';
import { type Backend, eager, Trainer, useBackend } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

const all = syntheticClassification({ examples: 3000, features: 20, classes: 4, seed: 1 });
const [train, validation] = split(all, { fractions: [0.8, 0.2], seed: 1 });

/** One run, the same on every backend: seeds fix the weights and the order of the examples. */
async function trainOn(backend: Backend): Promise<string> {
  await useBackend(backend);
  const trainer = new Trainer({
    model: mlp({ inputs: 20, hidden: [64, 64], outputs: 4, seed: 1 }),
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.003 }),
    metrics: [accuracy()],
    seed: 1,
    executor: eager(),
  });
  const startedAt = performance.now();
  const { executor, epochs } = await trainer.fit(train, { epochs: 4, batchSize: 64, validation });
  const { loss, val_loss: held, val_accuracy: hits } = epochs.at(-1)!;
  const figures = [loss, held, hits].map((value) => Number(value).toFixed(4).padStart(8)).join(' ');
  return `${executor.padEnd(20)} ${figures}  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}

console.log('engine                   loss val_loss  val_acc  time');
// Backends are swapped within the process; the last run repeats the first, bit for bit.
for (const backend of [wasm(), node(), wasm()]) {
  const availability = await backend.isAvailable();
  if (availability.available) console.log(await trainOn(backend));
  else console.log(`${backend.name}: ${availability.reason}.\n  To fix it: ${availability.fix}.`);
}

const { replaced, supplied } = kernelReport();
if (replaced.length > 0) {
  console.log(`\nput right on tfjs-node: ${replaced.length} kernels`);
  console.log(`supplied: ${supplied.join(', ')}`);
}
