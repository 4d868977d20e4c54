import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { onEvent, profiler } from '@espalier/callbacks';
import { Trainer } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { activationProfile, gradientCheck, health, weightHistory } from '@espalier/diagnostics';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { sgd } from '@espalier/optimizers';
import { activationChart, flameChart, healthChart, htmlReport, writeReport } from '@espalier/visualization';

await tf.setBackend('cpu');

const data = syntheticClassification({ examples: 600, features: 6, classes: 4, separation: 3, seed: 4 });
const [train, test] = split(data, { fractions: [0.75, 0.25], seed: 1, stratify: true });
const model = mlp({ inputs: 6, hidden: [16, 16], outputs: 4, seed: 1 });
const few = await train!.batch(Uint32Array.of(0, 1, 2, 3));
const check = await gradientCheck(model, softmaxCrossEntropy(), few, { parameters: ['hidden_1/kernel'] });
console.log(check.sentence);

const weights = weightHistory();
const watch = health();
const rows = await test!.batch(Uint32Array.from({ length: test!.size }, (_, i) => i));
const profiles = [{ epoch: 0, layers: await activationProfile(model, rows.inputs) }];
const eachEpoch = onEvent('onEpochEnd', { every: 1 }, async (run) => {
  profiles.push({ epoch: run.epoch + 1, layers: await activationProfile(model, rows.inputs) });
});
const timing = profiler();
const trainer = new Trainer({
  model,
  loss: softmaxCrossEntropy(),
  optimizer: sgd({ learningRate: 0.1 }),
  metrics: [accuracy()],
  plugins: [timing, ...timing.plugins([weights, watch, eachEpoch])],
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

for (const { layer, mean, deviation, deadUnits } of profiles.at(-1)!.layers) {
  console.log(
    `${layer}: mean ${mean.toFixed(3)}, deviation ${deviation.toFixed(3)}, dead units ${deadUnits}`,
  );
}

const html = await htmlReport({
  title: 'A look into a network',
  findings: [check.sentence, watch.report().sentence],
  sections: [
    { title: 'Gradients', charts: [healthChart(watch.report())] },
    {
      title: 'Activations',
      charts: [activationChart({ profiles }), activationChart({ profiles, figure: 'zeros' })],
    },
    { title: 'Time', charts: [flameChart({ profile: timing.profile() })] },
  ],
});
console.log(`report: ${await writeReport('runs/report.html', html)}`);
