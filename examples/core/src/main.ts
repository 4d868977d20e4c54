import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {
  type Checkpoint,
  type Dataset,
  decodeCheckpoint,
  encodeCheckpoint,
  type FunctionalModel,
  type Loss,
  type Optimizer,
  type Plugin,
  stream,
  Trainer,
} from '@espalier/core';

await tf.setBackend('cpu');

/** 200 noisy points of y = 3 x - 1. */
function points(): Dataset {
  const numbers = stream(1, 'points');
  const x = Float32Array.from({ length: 200 }, () => numbers.uniform() * 4 - 2);
  const y = x.map((value) => 3 * value - 1 + 0.1 * numbers.normal());
  const column = (values: Float32Array, indices: Uint32Array) => ({
    data: Float32Array.from(indices, (i) => values[i]!),
    shape: [indices.length, 1],
    dtype: 'float32' as const,
  });
  return {
    size: 200,
    inputs: { x: { shape: [1], dtype: 'float32' } },
    targets: { y: { shape: [1], dtype: 'float32' } },
    batch: (indices) => ({ inputs: { x: column(x, indices) }, targets: { y: column(y, indices) } }),
  };
}

function line(): FunctionalModel {
  return {
    parameters: { slope: tf.variable(tf.zeros([1, 1])), offset: tf.variable(tf.zeros([1])) },
    forward: ({ x }, { slope, offset }) => tf.add(tf.matMul(x as tf.Tensor2D, slope as tf.Tensor2D), offset!),
  };
}

const squaredError: Loss = {
  name: 'squared-error',
  perExample: (outputs, targets) => tf.mean(tf.squaredDifference(outputs, targets), -1),
};

const gradientDescent: Optimizer = {
  name: 'gradient-descent',
  learningRate: 0.05,
  init: () => ({}),
  update: (gradients, slots, parameters, scalars) => ({
    slots,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, p]) => [
        name,
        tf.sub(p, tf.mul(gradients[name]!, scalars('learningRate'))),
      ]),
    ),
  }),
};

const print: Plugin = {
  name: 'print',
  onEpochEnd: (run, logs) => console.log(`epoch ${run.epoch + 1}: loss ${logs['loss']!.toFixed(4)}`),
};

async function train(plugins: readonly Plugin[], resumeFrom?: Checkpoint): Promise<number[]> {
  const model = line();
  const trainer = new Trainer({ model, loss: squaredError, optimizer: gradientDescent, plugins, seed: 3 });
  await trainer.fit(points(), { epochs: 4, batchSize: 16, ...(resumeFrom ? { resumeFrom } : {}) });
  return Object.values(model.parameters).map((variable) => variable.dataSync()[0]!);
}

const whole = await train([print]);
console.log(`y = ${whole[0]!.toFixed(3)} x + ${whole[1]!.toFixed(3)}`);

let file: Uint8Array | undefined;
const stopHalfWay: Plugin = {
  name: 'stop-half-way',
  async onStepEnd(run) {
    if (run.step !== 20) return;
    file = encodeCheckpoint(await run.checkpoint());
    run.stop('half-way');
  },
};
await train([stopHalfWay]);
const resumed = await train([], decodeCheckpoint(file!));
console.log(
  `stopped after step 20, ${file!.length} bytes saved, gone on: ${resumed.join() === whole.join() ? 'the same bits' : 'DIFFERENT'}`,
);
