import * as tf from '@tensorflow/tfjs';
import { wasm } from '@espalier/backend-wasm';
import { Trainer, useBackend } from '@espalier/core';
import { syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { initializeWeights } from '@espalier/models';
import { adam } from '@espalier/optimizers';

await useBackend(wasm());
const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] });
initializeWeights(model, { seed: 1 });
const trainer = new Trainer({
  model,
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.05 }),
  seed: 1,
});
const data = syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
const { epochs } = await trainer.fit(data, { epochs: 8, batchSize: 16 });
console.log(epochs.at(-1).loss);
