/**
 * One training run for the resume test. Arguments: optimizer, executor, checkpoint folder, mode.
 *
 * `whole` trains to the end and prints its history and weights; `killed` ends the process without any warning after step
 * 11, in the middle of the second epoch; `resumed` goes on from the newest checkpoint and prints the same as `whole`.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { earlyStopping, latestCheckpoint, modelCheckpoint, reduceLROnPlateau } from '@espalier/callbacks';
import { compiled } from '@espalier/compile';
import { eager, type Optimizer, Trainer } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import * as optimizers from '@espalier/optimizers';
import { gaussianNoise, l1Proximal, l2 } from '@espalier/regularizers';

const [optimizerName, executorName, directory, mode] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];

const make: Record<string, () => Optimizer> = {
  sgd: () => optimizers.sgd({ learningRate: 0.05 }),
  momentum: () => optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
  adam: () =>
    optimizers.adam({ learningRate: optimizers.cosineDecay({ initialValue: 0.01, decayEpochs: 4 }) }),
  adamW: () => optimizers.adamW({ learningRate: 0.01, weightDecay: 0.05 }),
};

await tf.setBackend('cpu');
const data = syntheticClassification({ examples: 80, features: 6, classes: 3, seed: 2 });
const [train, validation] = split(data, { fractions: [0.8, 0.2], seed: 2 });
const trainer = new Trainer({
  model: mlp({
    inputs: 6,
    hidden: [8],
    outputs: 3,
    dropout: 0.3,
    batchNormalization: 'before-activation',
    seed: 5,
  }),
  loss: softmaxCrossEntropy(),
  optimizer: make[optimizerName]!(),
  metrics: [accuracy()],
  plugins: [
    l2({ lambda: 1e-3 }),
    l1Proximal({ lambda: 1e-4 }),
    gaussianNoise({ stddev: 0.1 }),
    earlyStopping({ monitor: 'val_loss', patience: 50, restoreBest: true }),
    reduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 0.2, factor: 0.5 }),
    modelCheckpoint({ directory, every: { steps: 5 } }),
    {
      name: 'killer',
      onStepEnd: (run) => {
        if (mode === 'killed' && run.step === 11) process.kill(process.pid, 'SIGKILL');
      },
    },
  ],
  seed: 5,
  executor: executorName === 'eager' ? eager() : compiled({ target: executorName as 'onnx' | 'wasm' }),
});
const resumeFrom = mode === 'resumed' ? (await latestCheckpoint(directory))?.checkpoint : undefined;
if (mode === 'resumed' && resumeFrom?.step !== 10)
  throw new Error(`the newest checkpoint is of step ${resumeFrom?.step}`);
const record = await trainer.fit(train, {
  epochs: 4,
  batchSize: 8,
  validation,
  ...(resumeFrom ? { resumeFrom } : {}),
});
const weights = Object.entries(await trainer.getWeights()).map(([name, { data: values }]) => [
  name,
  [...values],
]);
console.log(JSON.stringify({ epochs: record.epochs, weights }));
