import * as tf from '@tensorflow/tfjs-core';
import {
  accuracy,
  adam,
  confusionMatrix,
  fashionMnist,
  isEspalierError,
  mlp,
  sgd,
  split,
  take,
} from 'espalier';
import type { Lab, Measurement } from '@espalier-examples/studies-kit';
import { kernels, outputs } from './layer-grids.js';
import { studyCnn } from './study-cnn.js';

const ROWS = ['MLP, plain SGD', 'MLP', 'CNN'] as const;
type Rows = Readonly<Record<(typeof ROWS)[number], readonly Measurement[]>>;

/** The runs of the three rows: the perceptron, plain and with momentum, and the convolutional network. None, where no row is asked for and there is no data to tell what is kept. */
export async function fashionRuns(lab: Lab): Promise<Rows> {
  const images = await lab
    .data(() => fashionMnist(), [28, 28, 1])
    .catch((error: unknown) => {
      if (ROWS.some((name) => lab.wants(name)) || !isEspalierError(error) || error.code !== 'io') throw error;
      lab.say('Fashion-MNIST is not there: its rows are left out, or taken from earlier results.');
      return undefined;
    });
  if (!images) return { 'MLP, plain SGD': [], MLP: [], CNN: [] };
  const { train: all, test: testImages } = images;
  const [train, validation] = split(all, { fractions: [5 / 6, 1 / 6], seed: 1 });
  const first = await take(testImages, 1).batch(new Uint32Array([0]));
  const picture = Object.values(first.inputs)[0]!;
  const common = { train, validation, test: testImages, epochs: lab.size(20, 1), batchSize: 64 };
  const metrics = [accuracy(), confusionMatrix({ classes: 10 })];
  const perceptron = (name: string, momentum: number) =>
    lab.train({
      ...common,
      name,
      setup: (seed) => ({
        model: mlp({
          inputs: [28, 28, 1],
          hidden: [256, 128, 64],
          outputs: 10,
          dropout: 0.1,
          initializer: 'torchUniform',
          seed,
        }),
        optimizer: sgd({ learningRate: 0.01, momentum }),
        metrics,
      }),
    });
  const plain = await perceptron('MLP, plain SGD', 0);
  const flat = await perceptron('MLP', 0.9);
  const convolutions = ['conv_1', 'conv_2'];
  const convolutional = await lab.train({
    ...common,
    name: 'CNN',
    setup: (seed) => ({
      model: studyCnn(seed),
      optimizer: adam({ learningRate: 0.001, l2: 4.33e-5 }),
      metrics,
    }),
    measure: ({ model }) => {
      const pixels = Array.from(picture.data as ArrayLike<number>, (v) => v * (picture.scale ?? 1));
      const x = tf.tensor4d(pixels, [1, 28, 28, 1]);
      const maps = outputs(model, ['activation_1', 'activation_2'], x);
      x.dispose();
      return { maps: { ...maps }, kernels: { ...kernels(model, convolutions) } } as never;
    },
  });
  return { 'MLP, plain SGD': plain, MLP: flat, CNN: convolutional };
}
