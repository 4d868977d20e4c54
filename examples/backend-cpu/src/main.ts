import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@espalier/backend-cpu';
import { eager, Trainer, useBackend } from '@espalier/core';
import { syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

await useBackend(cpu());
const trainer = new Trainer({
  model: mlp({ inputs: 4, hidden: [16], outputs: 3, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.01 }),
  executor: eager(),
  seed: 1,
});
const data = syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
const { epochs } = await trainer.fit(data, { epochs: 5, batchSize: 16 });
console.log(`on ${tf.getBackend()}:`);
for (const { epoch, loss } of epochs) console.log(`epoch ${epoch + 1}: loss ${loss!.toFixed(4)}`);
