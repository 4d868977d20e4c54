import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Plugin, Trainer } from '@espalier/core';
import { meanSquaredError } from '@espalier/losses';
import { adam } from '@espalier/optimizers';
import {
  elasticNet,
  gaussianNoise,
  l1,
  l1Proximal,
  l2,
  magnitudePruning,
  maxNorm,
  weightDecay,
} from '@espalier/regularizers';
import { descend } from './hand-loop.js';
import { features, relevant, sparseData } from './sparse-data.js';

await tf.setBackend('cpu');
const [train, test] = [sparseData(60, 1), sparseData(500, 2)];
console.log(
  `${train.size} examples, ${features} inputs, of which the first ${relevant} matter; 500 to test.`,
);

const count = (weights: Float32Array, has: (w: number) => boolean): string =>
  String(Array.from(weights).filter(has).length).padStart(8);

// By Espalier's trainer, with Adam.
const plugins: Record<string, Plugin[]> = {
  none: [],
  'l1 0.2': [l1({ lambda: 0.2 })],
  'l1Proximal 0.6': [l1Proximal({ lambda: 0.6 })],
  'l2 0.2': [l2({ lambda: 0.2 })],
  'elasticNet 0.15, 0.05': [elasticNet({ l1: 0.15, l2: 0.05 })],
  'weightDecay 0.4': [weightDecay({ rate: 0.4 })],
  'maxNorm 3': [maxNorm({ max: 3 })],
  'magnitudePruning 0.85': [magnitudePruning({ sparsity: 0.85, until: { epoch: 150 }, every: 10 })],
  'gaussianNoise 0.4': [gaussianNoise({ stddev: 0.4 })],
};
console.log('\nTrainer, Adam, 300 epochs');
console.log(`${'plugin'.padEnd(24)}  test loss      |w| < 0.001   exactly 0`);
for (const [name, list] of Object.entries(plugins)) {
  const dense = tfl.layers.dense({
    units: 1,
    useBias: false,
    inputShape: [features],
    kernelInitializer: 'zeros',
    name: 'linear',
  });
  const model = tfl.sequential({ layers: [dense] });
  const optimizer = adam({ learningRate: 0.02 });
  const trainer = new Trainer({ model, loss: meanSquaredError(), optimizer, plugins: list, seed: 1 });
  await trainer.fit(train, { epochs: 300, batchSize: 20 });
  const { loss } = await trainer.evaluate(test);
  const weights = dense.getWeights()[0]!.dataSync() as Float32Array;
  const columns = [(loss as number).toFixed(3).padStart(10), count(weights, (w) => Math.abs(w) < 1e-3)];
  console.log(
    name.padEnd(24),
    ...columns,
    '     ',
    count(weights, (w) => w === 0),
  );
  model.dispose();
}

// In a hand-written loop: the same plugins, through compose().
console.log('\nHand-written gradient descent, 300 steps');
console.log(
  `${'plugin'.padEnd(24)}  |w| < 0.001   exactly 0   of the ${features - relevant} that do not matter`,
);
for (const plugin of [l1({ lambda: 0.3 }), l1Proximal({ lambda: 0.3 })]) {
  const weights = (await descend(train, plugin, 300)).slice(relevant);
  console.log(
    plugin.name.padEnd(24),
    count(weights, (w) => Math.abs(w) < 1e-3),
    '     ',
    count(weights, (w) => w === 0),
  );
}
