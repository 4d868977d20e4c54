import { wasm } from '@espalier/backend-wasm';
import { kernelReport, webgpu } from '@espalier/backend-webgpu';
import { eager, firstAvailable, Trainer, useBackend } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

const availability = await webgpu().isAvailable();
if (availability.available) console.log('WebGPU can start here.');
else console.log(`WebGPU cannot start here: ${availability.reason}.\nTo fix it: ${availability.fix}.`);

// The first that can start becomes the active backend; the rest of the program does not care which.
const engine = await useBackend(firstAvailable(webgpu(), wasm()));
console.log(`\ntraining on ${engine.name}`);
if (engine.name === 'webgpu') {
  const { replaced, reasons } = kernelReport();
  console.log(`${replaced.length} kernels put right, e.g. MaxPoolGrad: ${reasons['MaxPoolGrad']}\n`);
}

const data = syntheticClassification({ examples: 600, features: 8, classes: 3, seed: 2 });
const [train, validation] = split(data, { fractions: [0.8, 0.2], seed: 3 });
const model = mlp({ inputs: 8, hidden: [32], outputs: 3, seed: 1 });
const trainer = new Trainer({
  model,
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.01 }),
  metrics: [accuracy()],
  executor: eager(),
  seed: 7,
});
const { epochs, executor } = await trainer.fit(train, { epochs: 5, batchSize: 32, validation });
for (const { epoch, loss, val_accuracy: held } of epochs)
  console.log(
    `epoch ${Number(epoch) + 1}: loss ${loss!.toFixed(4)}, accuracy on new examples ${(100 * held!).toFixed(1)} %`,
  );
console.log(`\nthe run record says: ${executor}`);
