import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { stream, Trainer } from '@espalier/core';
import { fromArrays, split } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { cnn, Dropout, mlp, seededInitializer } from '@espalier/models';
import { adam } from '@espalier/optimizers';

await tf.setBackend('cpu');

/** Images 8 x 8 of one bright line in noise: horizontal, vertical, or falling diagonal. */
function lines(count: number): ReturnType<typeof fromArrays> {
  const images = stream(7, 'noise').uniforms(count * 64);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const random = stream(7, 'line', i);
    const [kind, offset, start] = [random.integer(3), random.integer(8), random.integer(4)];
    labels[i] = kind;
    for (let along = start; along < start + 5; along++) {
      const [row, column] = [[offset, along], [along, offset], [along, (along + offset) % 8]][kind]!; // prettier-ignore
      images[i * 64 + row! * 8 + column!]! += 1;
    }
  }
  const inputs = { data: images, shape: [count, 8, 8, 1] };
  return fromArrays({ inputs, targets: labels, classNames: ['horizontal', 'vertical', 'diagonal'] });
}

const [train, test] = split(lines(750), { fractions: [0.6, 0.4], seed: 1 });
const inputs = [8, 8, 1] as const;
const models = {
  linear: mlp({ inputs, hidden: [], outputs: 3, seed: 1 }),
  mlp: mlp({ inputs, hidden: [32, 32], outputs: 3, seed: 1 }),
  'mlp, dropout': mlp({ inputs, hidden: [32, 32], outputs: 3, dropout: 0.25, seed: 1 }),
  'mlp, batch norm': mlp({
    inputs,
    hidden: [32, 32],
    outputs: 3,
    batchNormalization: 'after-activation',
    seed: 1,
  }),
  cnn: cnn({
    inputs,
    outputs: 3,
    filters: [6],
    dense: [16],
    dropout: 0.1,
    batchNormalizationMomentum: 0.9,
    seed: 1,
  }),
};

console.log('Which way does the line run? 450 noisy images to learn from, 300 to test, 8 epochs.\n');
console.log('model             parameters   train   test');
for (const [name, model] of Object.entries(models)) {
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    metrics: [accuracy()],
    seed: 1,
  });
  await trainer.fit(train!, { epochs: 8, batchSize: 30 });
  const scores = [await trainer.evaluate(train!), await trainer.evaluate(test!)];
  const shares = scores.map((score) => `${(100 * (score['accuracy'] as number)).toFixed(1)} %`.padStart(8));
  console.log(`${name.padEnd(16)} ${String(model.countParams()).padStart(11)}${shares.join('')}`);
}

console.log('\nSeeded dropout, three calls in training:');
const masks = (layer: tfl.layers.Layer) =>
  [0, 1, 2].map(() =>
    tf.tidy(() => (layer.apply(tf.ones([1, 12]), { training: true }) as tf.Tensor).dataSync()),
  );
const draw = (values: ArrayLike<number>) => Array.from(values, (value) => (value > 0 ? '#' : '.')).join('');
console.log(
  '  TensorFlow.js ',
  masks(tfl.layers.dropout({ rate: 0.5, seed: 1 }))
    .map(draw)
    .join('  '),
);
console.log(
  '  this package  ',
  masks(new Dropout({ rate: 0.5, seed: 1, name: 'dropout' }))
    .map(draw)
    .join('  '),
);

console.log('\nStandard deviation of heNormal, 300 inputs (wanted: 0.0816):');
const deviation = (initializer: { apply(shape: number[]): tf.Tensor }) =>
  tf.tidy(() =>
    tf
      .sqrt(tf.moments(initializer.apply([300, 300])).variance)
      .dataSync()[0]!
      .toFixed(4),
  );
console.log('  TensorFlow.js ', deviation(tfl.initializers.heNormal({ seed: 1 })));
console.log(
  '  this package  ',
  deviation(seededInitializer('heNormal', { seed: 1, name: 'hidden_1/kernel' })),
);
