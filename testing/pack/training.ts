/** A small training composed from the packages, as somebody who installed them writes it. */
export const training = `
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { Trainer } from '@espalier/core';
import { earlyStopping } from '@espalier/callbacks';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import { l2 } from '@espalier/regularizers';

async function main(): Promise<void> {
  await tf.setBackend('cpu');
  const data = syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
  const [train, validation] = split(data, { fractions: [0.75, 0.25], seed: 1 }) as [typeof data, typeof data];
  const trainer = new Trainer({
    model: mlp({ inputs: 4, hidden: [16], outputs: 3, seed: 1 }),
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    metrics: [accuracy()],
    plugins: [l2({ lambda: 1e-4 }), earlyStopping({ monitor: 'val_loss', patience: 3 })],
    seed: 1,
  });
  const record = await trainer.fit(train, { epochs: 8, batchSize: 16, validation });
  const { accuracy: reached } = await trainer.evaluate(validation);
  if (record.epochs.length === 0 || !(Number(reached) > 0.6)) throw new Error(\`trained to \${String(reached)}\`);
  console.log(record.epochs.length, 'epochs, accuracy', reached);
}

void main();
`;
