import * as tf from '@tensorflow/tfjs-core';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { type Dataset, type Loss, type Metric, MetricState, Trainer, useBackend } from '@espalier/core';
import { balancedClassWeights, type Example, labelNoise, mnist } from '@espalier/datasets';
import { filter, fromArrays, map, take, toTensors } from '@espalier/datasets';
import {
  categoricalFocalCrossEntropy,
  circle,
  generalizedCrossEntropy,
  quantile,
  softmaxCrossEntropy,
} from '@espalier/losses';
import { accuracy, calibrationError } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

await useBackend(wasm());
const { train, test } = await mnist();
const digits = take(train, 1000);
const unseen = take(test, 1000);
const label = ({ targets }: Example): number => targets['target']![0]!;

/** Trains a perceptron of `outputs` outputs; gives what predicts with it. */
async function learn(data: Dataset, loss: Loss, outputs: number) {
  const trainer = new Trainer({
    model: mlp({ inputs: data.inputs['input']!.shape, hidden: [32], outputs, seed: 1 }),
    loss,
    optimizer: adam({ learningRate: 0.003 }),
    seed: 1,
    executor: compiled(),
  });
  await trainer.fit(data, { epochs: 10, batchSize: 50 });
  return async (of: Dataset) => (await trainer.predict(of)) as tf.Tensor2D;
}

/** Inputs and targets of all examples. */
async function all(data: Dataset) {
  const batch = await data.batch(Uint32Array.from({ length: data.size }, (_, i) => i));
  const { inputs, targets } = toTensors(batch);
  return { inputs: inputs['input']!, targets: targets['target']! };
}

async function measure(metric: Metric<string, number>, outputs: tf.Tensor, data: Dataset): Promise<number> {
  const state = new MetricState(metric);
  await state.add({ outputs, targets: (await all(data)).targets });
  return state.result();
}

const line = (name: string, cells: readonly number[]): void =>
  console.log(name.padEnd(21) + cells.map((cell) => cell.toFixed(3).padStart(13)).join(''));

console.log(
  '1000 digits to learn from, 1000 others to measure on. Labels right; 40 % of them wrong; 5 to 9 rare:',
);
console.log('\n                       right: acc. calibr. err.  wrong: acc.   rare: acc.    of 5 to 9');
const wrong = labelNoise(digits, { rate: 0.4, seed: 1 });
const rare = await filter(digits, (example, i) => label(example) < 5 || i % 10 === 0);
const highOnes = await filter(unseen, (example) => label(example) >= 5);
const LOSSES: Readonly<Record<string, (data: Dataset) => Loss>> = {
  'cross-entropy': () => softmaxCrossEntropy(),
  '  label smoothing 0.2': () => softmaxCrossEntropy({ labelSmoothing: 0.2 }),
  '  weights of classes': (data) =>
    softmaxCrossEntropy({ classWeights: Object.values(balancedClassWeights(data)) }),
  'focal, gamma 2': () => categoricalFocalCrossEntropy({ gamma: 2, alpha: 1 }),
  'generalised, q 0.7': () => generalizedCrossEntropy({ q: 0.7 }),
};
for (const [name, loss] of Object.entries(LOSSES)) {
  const by = (data: Dataset) => learn(data, loss(data), 10);
  const [ofRight, ofWrong, ofRare] = [await by(digits), await by(wrong), await by(rare)];
  line(name, [
    await measure(accuracy(), await ofRight(unseen), unseen),
    await measure(calibrationError(), await ofRight(unseen), unseen),
    await measure(accuracy(), await ofWrong(unseen), unseen),
    await measure(accuracy(), await ofRare(unseen), unseen),
    await measure(accuracy(), await ofRare(highOnes), highOnes),
  ]);
}

console.log(
  '\nHow much ink (%) has the lower half, seen from the upper? Share of digits with less than was said:',
);
console.log('\n                          10 %         50 %         90 %   mean of 90 % - 10 %');
const halves = (data: Dataset): Dataset =>
  map(
    data,
    ({ inputs: { input } }) => {
      const lower = Float32Array.from(input!.subarray(392));
      return {
        inputs: input!.subarray(0, 392),
        targets: (100 * lower.reduce((sum, ink) => sum + ink, 0)) / 392,
      };
    },
    { inputs: { shape: [14, 28, 1], dtype: 'float32' }, targets: { shape: [], dtype: 'float32' } },
  );
const ink = (await all(halves(unseen))).targets.dataSync();
const sorted = (await all(halves(digits))).targets.dataSync().sort();
const predict = await learn(halves(digits), quantile({ quantiles: [0.1, 0.5, 0.9] }), 3);
const said = (await predict(halves(unseen))).arraySync();
const same = said.map(() => [sorted[100]!, sorted[500]!, sorted[900]!]);
for (const [name, rows] of Object.entries({ 'the same for all': same, quantile: said })) {
  const below = [0, 1, 2].map((k) => rows.filter((row, i) => ink[i]! < row[k]!).length / rows.length);
  line(name, [...below, rows.reduce((sum, row) => sum + row[2]! - row[0]!, 0) / rows.length]);
}

console.log('\nDigits by their nearest of the 1000, by the angle between:\n');
const unit = (rows: tf.Tensor): tf.Tensor => tf.div(rows, tf.norm(rows, 2, 1, true));
const pixels = async (data: Dataset) => tf.reshape((await all(data)).inputs, [data.size, 784]);
const WAYS = { '784 pixels': pixels, '16 numbers, circle': await learn(digits, circle(), 16) };
for (const [name, embed] of Object.entries(WAYS)) {
  const cosines = tf.matMul(unit(await embed(unseen)), unit(await embed(digits)), false, true);
  const nearest = tf.gather((await all(digits)).targets, tf.argMax(cosines, 1));
  line(name, [await measure(accuracy(), tf.oneHot(nearest, 10), unseen)]);
}

console.log('\nAnd a label that is no class:\n');
const bad = fromArrays({ inputs: [[0], [1], [2]], targets: Int32Array.of(0, 1, 2) });
await learn(bad, softmaxCrossEntropy(), 2).catch((error: Error) => console.log(error.message));
