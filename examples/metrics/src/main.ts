import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { Trainer } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy, confusionMatrix, perClassAccuracy, sparsity, topKAccuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

await tf.setBackend('cpu');

const classes = 5;
const data = syntheticClassification({ examples: 2000, features: 6, classes, separation: 1.8, seed: 4 });
const [train, test] = split(data, { fractions: [0.75, 0.25], seed: 1, stratify: true });
const trainer = new Trainer({
  model: mlp({ inputs: 6, hidden: [32], outputs: classes, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.005 }),
  metrics: [accuracy(), topKAccuracy({ k: 2 }), confusionMatrix({ classes })],
  plugins: [sparsity({ threshold: 0.01 })],
  seed: 1,
});

const { epochs } = await trainer.fit(train!, { epochs: 8, batchSize: 64, validation: test! });
const columns = ['epoch', 'loss', 'accuracy', 'val_accuracy', 'val_top2Accuracy', 'sparsity'] as const;
console.log(columns.map((name) => name.padStart(18)).join(''));
for (const epoch of epochs) {
  console.log(columns.map((name) => epoch[name]!.toFixed(name === 'epoch' ? 0 : 4).padStart(18)).join(''));
}

const whole = await trainer.evaluate(test!, { batchSize: 500 });
const odd = await trainer.evaluate(test!, { batchSize: 37 });
console.log(`\naccuracy in batches of 500: ${String(whole['accuracy'])}, of 37: ${String(odd['accuracy'])}`);

const matrix = whole['confusionMatrix'] as number[][];
console.log('\nconfusion matrix (rows true, columns predicted) and accuracy of each class');
perClassAccuracy(matrix).forEach((share, i) => {
  const counts = matrix[i]!.map((count) => String(count).padStart(5)).join('');
  console.log(`${test!.classNames![i]}${counts}   ${(100 * share).toFixed(1).padStart(5)} %`);
});
