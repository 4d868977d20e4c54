import * as tf from '@tensorflow/tfjs-core';
import { wasm } from '@espalier/backend-wasm';
import { findLearningRate } from '@espalier/callbacks';
import { compiled } from '@espalier/compile';
import { type Optimizer, type Plugin, Trainer, useBackend } from '@espalier/core';
import { mnist, take } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import {
  adam,
  chain,
  clipByGlobalNorm,
  dog,
  lion,
  lookahead,
  muon,
  oneCycle,
  prodigy,
  scaleByLearningRate,
  scheduleFreeAdamW,
  scheduleFreeWeights,
  sgd,
  toOptimizer,
  trace,
} from '@espalier/optimizers';

await useBackend(wasm());
const { train, test } = await mnist();
const [few, judges] = [take(train, 1000), take(test, 2000)];
const steps = 200;

const trainerOptions = (optimizer: Optimizer) => ({
  model: mlp({ inputs: [28, 28, 1], hidden: [64, 64], outputs: 10, initializer: 'heNormal', seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer,
  metrics: [accuracy()],
  seed: 1,
  executor: compiled({ target: 'wasm' }),
});

/** A run ends with the average that a schedule-free optimizer has found, not with the weights that it trained with. */
const keepAverage: Plugin = {
  name: 'keep-average',
  async finalWeights(run) {
    const { arrays } = await run.checkpoint();
    const below = (prefix: string) =>
      Object.fromEntries(
        Object.entries(arrays)
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, { data, shape }]) => [key.slice(prefix.length), tf.tensor(data, [...shape])]),
      );
    return tf.tidy(() => {
      const average = scheduleFreeWeights(below('parameters/'), below('slots/'), 0.9);
      const read = (weight: tf.Tensor) => ({
        data: weight.dataSync(),
        shape: weight.shape,
        dtype: 'float32' as const,
      });
      return Object.fromEntries(
        Object.entries(average).map(([name, weight]) => [name, read(weight as tf.Tensor)]),
      );
    });
  },
};

console.log('Learning rates that 100 steps of growing rates suggest:');
const found: Record<string, number> = {};
for (const optimizer of [sgd({ momentum: 0.9 }), adam()]) {
  const range = await findLearningRate(trainerOptions(optimizer), few, { batchSize: 50, from: 1e-5 });
  found[optimizer.name] = Number(range.suggestion!.toPrecision(1));
  console.log(
    `  ${optimizer.name.padEnd(5)} ${range.suggestion!.toFixed(4)}, taken as ${found[optimizer.name]}`,
  );
}
const [rate, adamRate] = [found.sgd!, found.adam!];

/** SGD with momentum from its parts, its gradients cut to length 1. */
const clippedSgd = (learningRate: number) =>
  toOptimizer(chain(clipByGlobalNorm(1), trace({ momentum: 0.9 }), scaleByLearningRate(learningRate)), {
    name: 'clipped-sgd',
  });

const optimizers: Readonly<Record<string, Optimizer>> = {
  'sgd, momentum': sgd({ learningRate: rate, momentum: 0.9 }),
  'the same, 4 x the rate': sgd({ learningRate: 4 * rate, momentum: 0.9 }),
  'the same, clipped': clippedSgd(4 * rate),
  adam: adam({ learningRate: adamRate }),
  'adam, one cycle': adam({ learningRate: oneCycle({ peakValue: 4 * adamRate, length: steps }) }),
  'lookahead of adam': lookahead(adam({ learningRate: adamRate })),
  'lion, a tenth of the rate': lion({ learningRate: adamRate / 10 }),
  muon: muon({ learningRate: 2 * adamRate, adamRate: 0.3 }),
  'schedule-free adamW': scheduleFreeAdamW({ learningRate: 2 * adamRate }),
  'prodigy, no rate': prodigy(),
  'dog, no rate': dog(),
};

console.log(
  '\n1000 digits to learn from, 2000 to test: the loss of epochs, and the share that is right at the end.\n',
);
console.log('optimizer                  epoch 1        3       10     test');
for (const [name, optimizer] of Object.entries(optimizers)) {
  const options = trainerOptions(optimizer);
  const plugins = name.startsWith('schedule-free') ? [keepAverage] : [];
  const trainer = new Trainer({ ...options, plugins });
  const { epochs } = await trainer.fit(few, { steps, batchSize: 50 });
  const { accuracy: right } = await trainer.evaluate(judges);
  const cells = [0, 2, 9].map((epoch) => epochs[epoch]!.loss!).concat(right);
  console.log(name.padEnd(25) + cells.map((cell) => cell.toFixed(3).padStart(9)).join(''));
  options.model.dispose();
}
