import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { compose, type Dataset, type Plugin, Trainer, useBackend } from '@espalier/core';
import { mnist, take } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { cnn, mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import {
  activityRegularization,
  distillation,
  gaussianNoise,
  groupLasso,
  l1,
  l1Proximal,
  l2,
  magnitudePruning,
  sam,
} from '@espalier/regularizers';

await useBackend(wasm());
const { train, test } = await mnist();
const [few, many, unseen] = [take(train, 300), take(train, 2000), take(test, 1000)];

/** A trainer that has gone over the data so often. */
async function trained(model: tfl.LayersModel, data: Dataset, epochs: number, plugins: readonly Plugin[]) {
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.002 }),
    metrics: [accuracy()],
    plugins,
    seed: 1,
    executor: compiled(),
  });
  await trainer.fit(data, { epochs, batchSize: 30 });
  return trainer;
}

const teacher = cnn({ inputs: [28, 28, 1], outputs: 10, filters: [8, 16], dense: [32], seed: 9 });
const taught = await (await trained(teacher, many, 8, [])).evaluate(unseen);

const WAYS: Readonly<Record<string, readonly Plugin[]>> = {
  none: [],
  l2: [l2({ lambda: 0.005 })],
  l1: [l1({ lambda: 0.002 })],
  l1Proximal: [l1Proximal({ lambda: 0.1 })],
  groupLasso: [groupLasso({ lambda: 0.002, parameters: ['hidden_1/kernel'] })],
  magnitudePruning: [magnitudePruning({ sparsity: 0.9, until: { epoch: 20 } })],
  activityRegularization: [activityRegularization({ l1: 0.02, layers: ['hidden_1'] })],
  sam: [sam({ rho: 0.2 })],
  gaussianNoise: [gaussianNoise({ stddev: 0.4 })],
  distillation: [distillation({ teacher, alpha: 0.9, temperature: 3 })],
};

/** All of a data set as rows of pixels, and its labels. */
async function rows(data: Dataset): Promise<{ readonly x: tf.Tensor2D; readonly labels: tf.Tensor1D }> {
  const { inputs, targets } = await data.batch(Uint32Array.from({ length: data.size }, (_, i) => i));
  return {
    x: tf.tensor2d(inputs['input']!.data, [data.size, 784]),
    labels: tf.tensor1d(targets['target']!.data),
  };
}
const [seen, tested] = [await rows(few), await rows(unseen)];
const mean = (values: tf.Tensor): number => tf.tidy(() => tf.mean(tf.cast(values, 'float32')).dataSync()[0]!);

console.log(
  `${few.size} digits to learn from, ${unseen.size} to test. The teacher saw ${many.size}: ${taught.accuracy!.toFixed(3)}.\n`,
);
console.log('Hidden layer of 64            test    test   weights   units   answers');
console.log('regularizer               accuracy    loss       = 0     ~ 0       > 0');
for (const [name, plugins] of Object.entries(WAYS)) {
  const model = mlp({ inputs: [28, 28, 1], hidden: [64], outputs: 10, seed: 1 });
  const { accuracy: right, loss } = await (await trained(model, few, 40, plugins)).evaluate(unseen);
  const [kernel, bias] = model.getLayer('hidden_1').getWeights() as [tf.Tensor2D, tf.Tensor];
  const shares = tf.tidy(() => {
    const norms = tf.norm(kernel, 'euclidean', 0);
    const answers = tf.add(tf.matMul(tested.x, kernel), bias);
    const small = tf.less(norms, tf.mul(0.01, tf.max(norms)));
    return [tf.equal(kernel, 0), small, tf.greater(answers, 0)].map(mean);
  });
  const cells = [right!.toFixed(3), loss.toFixed(3), ...shares.map((one) => `${(100 * one).toFixed(0)} %`)];
  console.log(name.padEnd(24) + cells.map((cell, i) => cell.padStart([10, 8, 10, 8, 10][i]!)).join(''));
  model.dispose();
}

/** Softmax regression in a loop of one's own: the same plugins, through compose(). Gives the share of weights that are exactly 0. */
async function zerosByHand(plugin: Plugin): Promise<number> {
  const loop = compose([plugin], { learningRate: 0.1 });
  const wanted = tf.oneHot(tf.cast(seen.labels, 'int32'), 10);
  let kernel: tf.Tensor = tf.zeros([784, 10]);
  await loop.fitStart();
  for (let step = 0; step < 60; step++) {
    const next = tf.tidy(() => {
      const objective = (w: tf.Tensor): tf.Tensor => {
        const loss = tf.losses.softmaxCrossEntropy(wanted, tf.matMul(seen.x, w as tf.Tensor2D));
        return tf.add(loss, loop.penalty({ kernel: w }) ?? 0);
      };
      const moved = tf.sub(kernel, tf.mul(tf.grad(objective)(kernel), 0.1));
      return loop.transformParameters({ kernel: moved }, { kernel })['kernel']!;
    });
    kernel.dispose();
    kernel = next;
    await loop.stepEnd();
  }
  await loop.fitEnd();
  const lit = tf.tidy(() => tf.greater(tf.max(seen.x, 0), 0));
  const used = await tf.booleanMaskAsync(kernel, lit);
  return mean(tf.equal(used, 0));
}

console.log('\nSoftmax regression in a loop written by hand; weights = 0 of the pixels that are ever lit:');
for (const plugin of [l1({ lambda: 0.005 }), l1Proximal({ lambda: 0.005 })])
  console.log(plugin.name.padEnd(24), `${(100 * (await zerosByHand(plugin))).toFixed(0)} %`);
