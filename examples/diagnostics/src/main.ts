import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { Trainer } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { activationProfile, gradientCheck, health, weightHistory } from '@espalier/diagnostics';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { sgd } from '@espalier/optimizers';

await tf.setBackend('cpu');

const data = syntheticClassification({ examples: 600, features: 6, classes: 4, separation: 3, seed: 4 });
const [train, test] = split(data, { fractions: [0.75, 0.25], seed: 1, stratify: true });
const model = mlp({ inputs: 6, hidden: [16, 16], outputs: 4, seed: 1 });
const few = await train!.batch(Uint32Array.of(0, 1, 2, 3));
const check = await gradientCheck(model, softmaxCrossEntropy(), few, { parameters: ['hidden_1/kernel'] });
console.log(check.sentence);

const weights = weightHistory();
const watch = health();
const trainer = new Trainer({
  model,
  loss: softmaxCrossEntropy(),
  optimizer: sgd({ learningRate: 0.1 }),
  metrics: [accuracy()],
  plugins: [weights, watch],
  seed: 1,
});
await trainer.fit(train!, { epochs: 5, batchSize: 32, validation: test! });

console.log(watch.report().sentence);
for (const { layer, gradientNorm, updateRatio } of watch.report().epochs.at(-1)!.layers)
  console.log(
    `${layer}: gradient ${gradientNorm!.toFixed(4)}, a step changes ${(100 * updateRatio!).toFixed(2)} % of the weights`,
  );

console.log('parameter         first deviation   last deviation   relative change');
const { records, changes } = weights.history();
changes.forEach(({ parameter, relative }, i) => {
  const numbers = [records[0]!.statistics[i]!.deviation, records.at(-1)!.statistics[i]!.deviation, relative];
  console.log(parameter.padEnd(16), ...numbers.map((number) => number.toFixed(4).padStart(16)));
});

const rows = await test!.batch(Uint32Array.from({ length: test!.size }, (_, i) => i));
for (const profile of await activationProfile(model, rows.inputs)) {
  const { layer, mean, deviation, deadUnits } = profile;
  console.log(
    `${layer}: mean ${mean.toFixed(3)}, deviation ${deviation.toFixed(3)}, dead units ${deadUnits}`,
  );
}
