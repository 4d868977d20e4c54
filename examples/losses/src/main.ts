import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Loss, stream, Trainer } from '@espalier/core';
import { fromArrays } from '@espalier/datasets';
import { huber, meanAbsoluteError, meanSquaredError, softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

await tf.setBackend('cpu');

console.log('How hard does a confident wrong answer pull? Gradient at logits [z, 0], label 1:\n');
console.log('   z   softmaxCrossEntropy   tfl.metrics.categoricalCrossentropy of softmax');
const label = tf.tensor2d([[0, 1]]);
for (const z of [1, 5, 10, 20, 100]) {
  const ours = tf.grad((x) => softmaxCrossEntropy().perExample(x, label));
  const clipped = tf.grad((x) => tf.sum(tfl.metrics.categoricalCrossentropy(label, tf.softmax(x))));
  const [a, b] = [ours, clipped].map((gradient) =>
    tf.tidy(() => gradient(tf.tensor2d([[z, 0]])).dataSync()[0]!),
  );
  console.log(`${String(z).padStart(4)}   ${a!.toFixed(6).padStart(19)}   ${b!.toFixed(6).padStart(39)}`);
}

console.log(
  '\nA line y = 2x + 1 with noise; every tenth point is off by 20. Slope and intercept found with:\n',
);
const noise = stream(1, 'noise').normals(200);
const inputs = Float32Array.from({ length: 200 }, (_, i) => i / 100 - 1);
const targets = inputs.map((x, i) => 2 * x + 1 + 0.1 * noise[i]! + (i % 10 === 9 ? 20 : 0));
const line = fromArrays({ inputs, targets });
const losses: readonly Loss[] = [meanSquaredError(), huber({ delta: 0.5 }), meanAbsoluteError()];
for (const loss of losses) {
  const model = mlp({ inputs: 1, hidden: [], outputs: 1, seed: 1 });
  const trainer = new Trainer({ model, loss, optimizer: adam({ learningRate: 0.1 }), seed: 1 });
  await trainer.fit(line, { epochs: 40, batchSize: 20 });
  const [slope, intercept] = model.getWeights().map((weight) => weight.dataSync()[0]!);
  console.log(`${loss.name.padEnd(18)} slope ${slope!.toFixed(2)}   intercept ${intercept!.toFixed(2)}`);
}

console.log('\nWhat happens to a label that is no class:\n');
const bad = fromArrays({ inputs: [[0], [1], [2]], targets: Int32Array.of(0, 1, 2) });
const trainer = new Trainer({
  model: mlp({ inputs: 1, hidden: [4], outputs: 2 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam(),
});
await trainer.fit(bad, { epochs: 1, batchSize: 3 }).catch((error: Error) => console.log(error.message));
