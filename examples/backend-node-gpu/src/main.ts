import { nodeGpu } from '@espalier/backend-node-gpu';
import { wasm } from '@espalier/backend-wasm';
import { eager, firstAvailable, Trainer, useBackend } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

const gpu = nodeGpu();
const availability = await gpu.isAvailable();
if (!availability.available) {
  console.log(`no GPU through tfjs-node-gpu: ${availability.reason}.\nTo fix it: ${availability.fix}.\n`);
}
await useBackend(firstAvailable(gpu, wasm()));

const all = syntheticClassification({ examples: 3000, features: 20, classes: 4, seed: 1 });
const [train, validation] = split(all, { fractions: [0.8, 0.2], seed: 1 });
const trainer = new Trainer({
  model: mlp({ inputs: 20, hidden: [256, 256], outputs: 4, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.003 }),
  metrics: [accuracy()],
  seed: 1,
  executor: eager(),
});
const { executor, epochs } = await trainer.fit(train, { epochs: 4, batchSize: 256, validation });
console.log(executor);
for (const { epoch, loss, val_loss: held, val_accuracy: hits } of epochs) {
  const figures = [loss, held, hits].map((value) => Number(value).toFixed(4)).join('  ');
  console.log(`epoch ${Number(epoch) + 1}: ${figures}`);
}
