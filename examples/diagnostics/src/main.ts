import type * as tf from '@tensorflow/tfjs-core';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { type HostArray, Trainer, useBackend } from '@espalier/core';
import { fromArrays, mnist, take } from '@espalier/datasets';
import {
  activations,
  attributionImages,
  deepLift,
  gradientCheck,
  health,
  limeImages,
  pca,
  topLosses,
  tracIn,
  tsne,
} from '@espalier/diagnostics';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import { embeddingChart, healthChart, htmlReport, imageGrid, writeReport } from '@espalier/visualization';

await useBackend(wasm());
const digits = await mnist();
const first = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);
const given = await take(digits.train, 1000).batch(first(1000));
const pictures = given.inputs['input']!;
// Every twentieth digit gets a wrong label: will anything find them?
const isWrong = (i: number): boolean => i % 20 === 0;
const labels = Array.from(given.targets['target']!.data, (digit, i) =>
  isWrong(i) ? (digit + 1) % 10 : digit,
);
const train = fromArrays({ inputs: pictures, targets: Int32Array.from(labels) });
const test = take(digits.test, 300);
const unseen = await test.batch(first(300));

const model = mlp({ inputs: [28, 28, 1], hidden: [32, 32], outputs: 10, seed: 1 });
const loss = softmaxCrossEntropy();
const check = await gradientCheck(model, loss, await train.batch(first(4)), {
  parameters: ['hidden_2/kernel'],
});
console.log(check.sentence);

const watch = health();
const trainer = new Trainer({
  model,
  loss,
  optimizer: adam({ learningRate: 0.003 }),
  metrics: [accuracy()],
  plugins: [watch],
  seed: 1,
  executor: compiled(),
});
await trainer.fit(train, { epochs: 8, batchSize: 20 });
const { accuracy: right } = await trainer.evaluate(test);
console.log(watch.report().sentence);
console.log(`${(100 * right!).toFixed(1)} % of ${test.size} test digits are right`);

// Which labels are wrong? Digits of large loss, and digits that are learnt by heart.
const everything = await train.batch(first(train.size));
const said = (await trainer.predict(train)) as tf.Tensor;
const worst = await topLosses(loss, said, everything.targets['target']!, { limit: 50 });
const one = await train.batch(first(1));
const { own } = await tracIn(model, loss, everything, one, { parameters: ['output/kernel', 'output/bias'] });
const byHeart = own.map((_, i) => i).sort((a, b) => own[b]! - own[a]!);
console.log(
  `50 wrong labels; among the 50 largest losses are ${worst.filter(({ index }) => isWrong(index)).length},`,
);
console.log(
  `among the 50 digits of the largest influence on themselves ${byHeart.slice(0, 50).filter(isWrong).length}`,
);

// What of a digit speaks for the answer?
const some = (await test.batch(first(8))).inputs['input']!;
const lifted = await deepLift(model, some);
const lime = await limeImages(model, some, { samples: 300, hidden: 0 });
console.log(`DeepLIFT adds up to the answers: ${lifted.complete}`);

// Do digits of a kind lie together in the last hidden layer?
const hidden = (await activations(model, unseen.inputs, { layers: ['hidden_2'] }))['hidden_2']!;
const truth = Array.from(unseen.targets['target']!.data);
const planes = { PCA: (await pca(hidden)).points, 't-SNE': (await tsne(hidden, { iterations: 500 })).points };
for (const [name, { data }] of Object.entries(planes)) {
  const nearest = truth.map((_, i) => {
    const far = truth.map((_, k) =>
      Math.hypot(data[2 * k]! - data[2 * i]!, data[2 * k + 1]! - data[2 * i + 1]!),
    );
    return far.indexOf(Math.min(...far.filter((_, k) => k !== i)));
  });
  const same = nearest.filter((k, i) => truth[k] === truth[i]).length / truth.length;
  console.log(`${name}: the nearest neighbour is the same digit for ${(100 * same).toFixed(0)} %`);
}

const drawn = (title: string, values: HostArray) => {
  const { images, range } = attributionImages(values);
  return imageGrid({
    title,
    images: images.map(({ values: pixels }) => ({ pixels })),
    imageShape: [28, 28],
    range,
    columns: 8,
  });
};
const mistakes = worst.map(({ index, output, target }) => ({
  pixels: pictures.data.slice(784 * index, 784 * (index + 1)),
  label: String(target[0]),
  prediction: String(output.indexOf(Math.max(...output))),
}));
const grids = [drawn('DeepLIFT', Object.values(lifted.values)[0]!), drawn('LIME', lime.values)];
const maps = Object.entries(planes).map(([title, points]) =>
  embeddingChart({ title, points, labels: truth, classNames: [...'0123456789'] }),
);
const losses = imageGrid({ title: 'Label → answer', images: mistakes, imageShape: [28, 28] });
const html = await htmlReport({
  title: 'A look into a network',
  findings: [check.sentence, watch.report().sentence],
  sections: [
    { title: 'Gradients', charts: [healthChart(watch.report())] },
    { title: 'Largest losses', charts: [losses] },
    { title: 'What speaks for the answer: white, and against it: black', charts: grids },
    { title: 'The last hidden layer', charts: maps },
  ],
});
console.log(`report: ${await writeReport('runs/report.html', html)}`);
said.dispose();
