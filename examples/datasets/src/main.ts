import {
  batches,
  classBalancedSampler,
  featureStatistics,
  filter,
  fitTableEncoder,
  fromIterable,
  kFolds,
  mnist,
  normalize,
  readCsv,
  split,
  splitTable,
  take,
  toTensors,
} from '@espalier/datasets';
import type { Dataset } from '@espalier/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import { draw } from './draw.js';

const SEED = 42;
await tf.setBackend('cpu');

const { train: all, test } = await mnist({ flatten: true });
console.log(`MNIST: ${all.size} training and ${test.size} test images\n`);

const first = await all.batch(Uint32Array.of(0, 1, 2, 3));
const pixels = first.inputs['input']!.data as Uint8Array;
console.log(draw([0, 1, 2, 3].map((i) => pixels.subarray(784 * i, 784 * (i + 1)))));
console.log(`labels: ${first.targets['target']!.data.join(', ')}\n`);

const [train, validation] = split(all, { sizes: [6000, 1000], seed: SEED, stratify: true });
const [everyClass, drawn] = await Promise.all([labelCounts(all), labelCounts(train)]);
console.log('class   of 60000   of the 6000 drawn');
everyClass.forEach((count, label) => {
  console.log(`${all.classNames![label]!.padEnd(8)}${String(count).padEnd(11)}${drawn[label]}`);
});

const statistics = await featureStatistics(train, { per: 'all' });
const { mean, std } = statistics['input']!;
console.log(`\npixels: mean ${mean[0]!.toFixed(4)}, standard deviation ${std[0]!.toFixed(4)}`);

const folds = kFolds(train, { k: 5, seed: SEED, stratify: true });
console.log(`5 folds: ${folds.map((fold) => `${fold.train.size} + ${fold.validation.size}`).join(', ')}\n`);

// Softmax regression by a hand-written loop: no trainer, plain gradient descent.
const weights = tf.variable(tf.zeros([784, 10]));
const biases = tf.variable(tf.zeros([10]));
const optimizer = tf.train.sgd(0.05);
const scaledTrain = normalize(train, statistics);
const scaledValidation = normalize(validation, statistics);
const scaledTest = normalize(take(test, 2000), statistics);

for (let epoch = 0; epoch < 3; epoch++) {
  for await (const batch of batches(scaledTrain, { batchSize: 64, seed: SEED, epoch })) {
    tf.tidy(() => {
      const { inputs, targets } = toTensors(batch);
      optimizer.minimize(() => {
        const oneHot = tf.oneHot(targets['target'] as tf.Tensor1D, 10);
        return tf.losses.softmaxCrossEntropy(oneHot, logits(inputs['input']!));
      });
    });
  }
  console.log(`epoch ${epoch}: validation accuracy ${(await accuracy(scaledValidation)).toFixed(3)}`);
}
console.log(`test accuracy (2000 images): ${(await accuracy(scaledTest)).toFixed(3)}`);
optimizer.dispose();
tf.dispose([weights, biases]);

// A table with a missing value: what fills it, and the scale, are learnt from the training rows alone.
const table = await readCsv(
  'rooms,city,price\n3,Delft,300\n,Gouda,250\n5,Delft,420\n4,Gouda,310\n2,Delft,210\n',
);
const [trainRows, testRows] = splitTable(table, { sizes: [4, 1], seed: SEED });
const encoder = fitTableEncoder(trainRows, {
  inputs: { rooms: { impute: 'median', scale: 'standard' }, city: {} },
  target: 'price',
});
console.log(
  `\n${encoder.features.join(', ')}: ${[...encoder.inputs(testRows).data].map((x) => x.toFixed(2)).join(', ')}`,
);

// A stream of unknown length, shuffled in a buffer: the same order again for the same seed.
const squares = fromIterable(
  function* () {
    for (let i = 0; i < 12; i++) yield { inputs: [i], targets: [i * i] };
  },
  { inputs: { shape: [1], dtype: 'float32' }, targets: { shape: [1], dtype: 'float32' }, shuffleBuffer: 6 },
);
for await (const { inputs } of batches(squares, { batchSize: 5, seed: SEED })) {
  console.log(`batch of ${inputs['input']!.shape[0]}: ${inputs['input']!.data.join(' ')}`);
}

// One class is rare: a sampler draws all of them equally often.
const rare = await filter(all, ({ targets }, index) => targets['target']![0] !== 7 || index % 50 === 0);
const fair = classBalancedSampler(rare, { length: 5000 });
const drawnSevens = { before: 0, after: 0 };
for (const label of (await rare.batch(Uint32Array.from({ length: rare.size }, (_, i) => i))).targets[
  'target'
]!.data) {
  if (label === 7) drawnSevens.before++;
}
for await (const { targets } of batches(rare, { sampler: fair, batchSize: 1000, seed: SEED })) {
  for (const label of targets['target']!.data) if (label === 7) drawnSevens.after++;
}
console.log(
  `sevens: ${((100 * drawnSevens.before) / rare.size).toFixed(1)} % of the data, ` +
    `${((100 * drawnSevens.after) / 5000).toFixed(1)} % of what the sampler draws`,
);

function logits(images: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.matMul(images as tf.Tensor2D, weights as tf.Tensor2D), biases);
}

async function accuracy(data: Dataset): Promise<number> {
  let right = 0;
  for await (const batch of batches(data, { batchSize: 500, shuffle: false })) {
    right += tf.tidy(() => {
      const { inputs, targets } = toTensors(batch);
      const guesses = tf.cast(tf.argMax(logits(inputs['input']!), 1), 'int32');
      return tf.sum(tf.cast(tf.equal(guesses, targets['target']!), 'int32')).dataSync()[0]!;
    });
  }
  return right / data.size;
}

async function labelCounts(data: Dataset): Promise<number[]> {
  const counts = data.classNames!.map(() => 0);
  for await (const { targets } of batches(data, { batchSize: 1000, shuffle: false })) {
    for (const label of targets['target']!.data) counts[label]!++;
  }
  return counts;
}
