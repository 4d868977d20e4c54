import * as tf from '@tensorflow/tfjs-core';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { type Metric, MetricState, Trainer, useBackend } from '@espalier/core';
import { mnist, take, toTensors } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import {
  accuracy,
  averagePrecision,
  balancedAccuracy,
  bootstrap,
  calibrationError,
  classificationReport,
  cohenKappa,
  confusionMatrix,
  f1,
  logLoss,
  matthews,
  rocAuc,
  topKAccuracy,
} from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

await useBackend(wasm());
const { train, test } = await mnist();
const unseen = take(test, 1000);
const trainer = new Trainer({
  model: mlp({ inputs: [28, 28, 1], hidden: [32], outputs: 10, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.003 }),
  metrics: [
    accuracy(),
    topKAccuracy({ k: 2 }),
    logLoss(),
    calibrationError(),
    rocAuc(),
    confusionMatrix({ classes: 10 }),
  ],
  seed: 1,
  executor: compiled(),
});

console.log('500 digits to learn from, 1000 others to measure on:\n');
const { epochs } = await trainer.fit(take(train, 500), { epochs: 50, batchSize: 50, validation: unseen });
const columns = ['accuracy', 'top2Accuracy', 'rocAuc', 'logLoss', 'calibrationError'] as const;
console.log('epoch' + columns.map((name) => name.padStart(18)).join(''));
for (const at of [1, 3, 5, 10, 20, 50]) {
  const cells = columns.map((name) => epochs[at - 1]![`val_${name}`]!.toFixed(3).padStart(18));
  console.log(String(at).padStart(5) + cells.join(''));
}

const { confusionMatrix: matrix, accuracy: inBatches } = await trainer.evaluate(unseen, { batchSize: 37 });
console.log(`\n${classificationReport(matrix, { classNames: unseen.classNames! }).text}`);
const mistakes = matrix.flatMap((row, i) =>
  row.map((count, j) => ({ count: i === j ? 0 : count, text: `${i} read as ${j}` })),
);
const worst = mistakes.sort((a, b) => b.count - a.count).slice(0, 3);
console.log(`\nmost frequent mistakes: ${worst.map(({ count, text }) => `${text} (${count})`).join(', ')}`);

const outputs = (await trainer.predict(unseen)) as tf.Tensor2D;
const batch = await unseen.batch(Uint32Array.from({ length: unseen.size }, (_, i) => i));
const labels = toTensors(batch).targets['target']!;
const { value, low, high } = await bootstrap(accuracy(), { outputs, targets: labels }, { samples: 500 });
const interval = `${low.toFixed(3)} to ${high.toFixed(3)}`;
console.log(
  `accuracy ${value.toFixed(3)}, in batches of 37 ${inBatches.toFixed(3)}; bootstrap, 95 %: ${interval}`,
);

console.log('\n"Is it an 8?", answered by the network and by one that always says no:\n');
const eight = tf.cast(tf.equal(labels, 8), 'int32');
const others = [0, 1, 2, 3, 4, 5, 6, 7, 9];
const odds = tf.sub(
  tf.squeeze(tf.gather(outputs, [8], 1), [1]),
  tf.logSumExp(tf.gather(outputs, others, 1), 1),
);
const never = tf.fill([unseen.size], -5);
const questions = [
  accuracy(),
  balancedAccuracy(),
  f1(),
  matthews(),
  cohenKappa(),
  rocAuc(),
  averagePrecision(),
];
for (const metric of questions as readonly Metric<string, number>[]) {
  const cells: string[] = [];
  for (const answers of [odds, never]) {
    const state = new MetricState(metric);
    await state.add({ outputs: answers, targets: eight });
    cells.push(state.result().toFixed(3).padStart(9));
  }
  console.log(metric.name.padEnd(16) + cells.join(''));
}
