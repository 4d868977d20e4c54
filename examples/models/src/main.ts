import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { Trainer, useBackend } from '@espalier/core';
import { mnist, take } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import {
  cnn,
  loadModel,
  mlp,
  MultiHeadAttention,
  RmsNormalization,
  saveModel,
  seededInitializer,
  SpectralNormalization,
  StochasticDepth,
  summary,
  WeightNormalization,
} from '@espalier/models';
import { adam } from '@espalier/optimizers';

await useBackend(wasm());
const { train, test } = await mnist();
const [few, judges] = [take(train, 1000), take(test, 1000)];
const mlpOptions = { inputs: [28, 28, 1], hidden: [64, 64], outputs: 10, seed: 1 };
const deep = { ...mlpOptions, hidden: new Array<number>(16).fill(64) };

/** A dense layer with first weights from a seed, which those of TensorFlow.js alone would not be. */
function dense(name: string, units: number, activation?: 'relu') {
  const kernelInitializer = seededInitializer('heNormal', { seed: 1, name: `${name}/kernel` });
  return tfl.layers.dense({ name, units, activation, kernelInitializer });
}

/** The perceptron again, each hidden layer in a wrapper that normalises its kernel. */
function wrapped(Wrapper: typeof WeightNormalization | typeof SpectralNormalization) {
  const hidden = [1, 2].map(
    (i) => new Wrapper({ layer: dense(`hidden_${i}`, 64, 'relu'), name: `norm_${i}` }),
  );
  const flatten = tfl.layers.flatten({ inputShape: mlpOptions.inputs });
  return tfl.sequential({ layers: [flatten, ...hidden, dense('output', 10)] });
}

/** Two blocks of a transformer, to which an image is a sentence of 28 rows. */
function attention() {
  type Node = tfl.SymbolicTensor;
  const image = tfl.input({ shape: mlpOptions.inputs });
  let rows = dense('embed', 32).apply(tfl.layers.reshape({ targetShape: [28, 28] }).apply(image)) as Node;
  const branch = (rate: number, ...layers: tfl.layers.Layer[]) => {
    // In training a branch is left out at times, the deeper one more often.
    const all = [new RmsNormalization({}), ...layers, new StochasticDepth({ rate })];
    const out = all.reduce((node, layer) => layer.apply(node) as Node, rows);
    rows = tfl.layers.add().apply([rows, out]) as Node;
  };
  for (const block of [1, 2]) {
    branch(
      0.05 * block,
      new MultiHeadAttention({ heads: 4, keySize: 8, seed: block, name: `attention_${block}` }),
    );
    branch(0.05 * block, dense(`wide_${block}`, 64, 'relu'), dense(`narrow_${block}`, 32));
  }
  const outputs = dense('output', 10).apply(tfl.layers.flatten().apply(rows)) as Node;
  return tfl.model({ inputs: image, outputs });
}

const models: Readonly<Record<string, tfl.LayersModel>> = {
  linear: mlp({ ...mlpOptions, hidden: [] }),
  '2 layers': mlp(mlpOptions),
  '2, dropout': mlp({ ...mlpOptions, inputDropout: 0.1, dropout: 0.3 }),
  '2, weight norm': wrapped(WeightNormalization),
  '2, spectral norm': wrapped(SpectralNormalization),
  '16 layers, relu': mlp(deep),
  '16, selu': mlp({ ...deep, activation: 'selu', initializer: 'lecunNormal' }),
  '16, residual, norm': mlp({ ...deep, residual: true, layerNormalization: 'before-activation' }),
  convolutions: cnn({
    inputs: [28, 28, 1],
    outputs: 10,
    filters: [8, 16],
    dense: [32],
    batchNormalizationMomentum: 0.8,
    seed: 1,
  }),
  attention: attention(),
};
const trainerOf = (model: tfl.LayersModel) =>
  new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.002 }),
    metrics: [accuracy()],
    seed: 1,
    executor: compiled({ target: 'wasm' }),
  });

console.log('1000 digits to learn from, 1000 to test, 8 epochs: the share that is right of each.\n');
console.log('model                parameters  multiply-adds   learnt    test');
for (const [name, model] of Object.entries(models)) {
  const trainer = trainerOf(model);
  await trainer.fit(few, { epochs: 8, batchSize: 50 });
  const shares = [await trainer.evaluate(few), await trainer.evaluate(judges)].map((scores) =>
    scores.accuracy.toFixed(3),
  );
  const { parameters, multiplyAdds } = summary(model);
  console.log(
    name.padEnd(20) +
      String(parameters).padStart(11) +
      String(multiplyAdds).padStart(15) +
      shares.map((share) => share.padStart(9)).join(''),
  );
}

const folder = await mkdtemp(join(tmpdir(), 'espalier-models-'));
await saveModel(models.attention!, folder);
const again = await loadModel(join(folder, 'model.json'));
await rm(folder, { recursive: true });
const { accuracy: right } = await trainerOf(again).evaluate(judges);
console.log(`\nThe last one, saved and loaded again: ${right.toFixed(3)}`);
