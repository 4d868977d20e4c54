import '@tensorflow/tfjs-backend-cpu';
// Registers the gradients of all ops.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { stream } from '@espalier/core';
import {
  adam,
  adamW,
  chain,
  clipByGlobalNorm,
  cosineDecay,
  lion,
  lookahead,
  nadam,
  oneCycle,
  partition,
  rmsprop,
  scaleByAdam,
  scaleByLearningRate,
  sgd,
  stepDecay,
  toOptimizer,
  warmup,
} from '@espalier/optimizers';
import { minimize, type Objective } from './minimize.js';

await tf.setBackend('cpu');

function table(title: string, at: readonly number[], rows: Record<string, readonly number[]>): void {
  console.log(`\n${title}`);
  console.log(['step'.padEnd(28), ...at.map((step) => String(step).padStart(10))].join(''));
  for (const [name, values] of Object.entries(rows)) {
    console.log([name.padEnd(28), ...at.map((step) => values[step]!.toExponential(2).padStart(10))].join(''));
  }
}

function compare(
  objective: Objective,
  start: () => Record<string, tf.Tensor>,
  steps: number,
  optimizers: Record<string, Optimizer>,
) {
  return Object.fromEntries(
    Object.entries(optimizers).map(([name, optimizer]) => [
      name,
      minimize(optimizer, objective, start(), steps),
    ]),
  );
}

// Rosenbrock's valley: f = (1 - x)^2 + 100 (y - x^2)^2, least at (1, 1).
const valley: Objective = ({ x, y }) =>
  tf.add(tf.square(tf.sub(1, x!)), tf.mul(100, tf.square(tf.sub(y!, tf.square(x!))))) as tf.Scalar;

table(
  "Rosenbrock's valley from (-1.2, 1)",
  [0, 50, 200, 500, 1000],
  compare(valley, () => ({ x: tf.scalar(-1.2), y: tf.scalar(1) }), 1000, {
    'sgd 0.001': sgd({ learningRate: 0.001 }),
    'sgd 0.001, momentum': sgd({ learningRate: 0.001, momentum: 0.9 }),
    'sgd 0.001, nesterov': sgd({ learningRate: 0.001, momentum: 0.9, nesterov: true }),
    'adam 0.1': adam({ learningRate: 0.1 }),
    'adam 0.1, amsgrad': adam({ learningRate: 0.1, amsgrad: true }),
    'adam 0.1, cosine': adam({ learningRate: cosineDecay({ initialValue: 0.1, decaySteps: 1000 }) }),
    'nadam 0.1': nadam({ learningRate: 0.1 }),
    'rmsprop 0.01, momentum': rmsprop({ learningRate: 0.01, momentum: 0.9 }),
    'lion, one cycle': lion({ learningRate: oneCycle({ peakValue: 0.03, length: 1000 }) }),
    'lookahead of adam 0.1': lookahead(adam({ learningRate: 0.1 })),
    'adam of clipped gradients': toOptimizer(
      chain(clipByGlobalNorm(1), scaleByAdam(), scaleByLearningRate(0.1)),
      { name: 'clipped-adam' },
    ),
    'x by sgd, y by adam': partition({
      x: { parameters: ['x'], optimizer: sgd({ learningRate: 0.001 }) },
      y: { parameters: ['y'], optimizer: adam({ learningRate: 0.1 }) },
    }),
  }),
);

// Least squares whose inputs differ in scale by a factor of 30; noise keeps the least value above 0.
const [examples, features] = [200, 5];
const random = stream(1, 'regression');
const inputs = tf.tensor2d(random.normals(examples * features), [examples, features]);
const scaled = tf.mul(inputs, tf.tensor1d([30, 10, 3, 1, 1]));
const noise = tf.tensor2d(random.normals(examples), [examples, 1]);
const answers = tf.add(tf.sum(inputs, 1, true), tf.mul(noise, 0.1));
const squares: Objective = ({ kernel }) =>
  tf.mean(tf.square(tf.sub(tf.matMul(scaled, kernel! as tf.Tensor2D), answers)));

table(
  'Least squares, inputs of scale 30 to 1',
  [0, 20, 100, 300],
  compare(squares, () => ({ kernel: tf.zeros([features, 1]) }), 300, {
    'sgd 0.001': sgd({ learningRate: 0.001 }),
    'sgd 0.001, momentum': sgd({ learningRate: 0.001, momentum: 0.9 }),
    'adam 0.05': adam({ learningRate: 0.05 }),
    'adam, warm-up and stairs': adam({
      learningRate: warmup(stepDecay({ initialValue: 0.1, decayRate: 0.3, decaySteps: 100 }), 20),
    }),
    'adam, coupled decay 0.1': adam({ learningRate: 0.05, l2: 0.1 }),
    'adamW, decoupled 0.1': adamW({ learningRate: 0.05, weightDecay: 0.1 }),
  }),
);
