import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { compileStep } from '@espalier/compile';

await tf.setBackend('cpu');

const BATCH = 64;
const STEPS = 30;

type Parameters = Record<'w1' | 'b1' | 'w2' | 'b2', tf.Tensor>;

/** One step of gradient descent on 64 points of a spiral: a pure function of tensors. */
function step({ parameters, x, y }: { parameters: Parameters; x: tf.Tensor; y: tf.Tensor }) {
  const names = Object.keys(parameters) as (keyof Parameters)[];
  const { value, grads } = tf.valueAndGrads((w1, b1, w2, b2) => {
    const hidden = tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, w1 as tf.Tensor2D), b1!));
    const logits = tf.add(tf.matMul(hidden as tf.Tensor2D, w2 as tf.Tensor2D), b2!);
    return tf.losses.sigmoidCrossEntropy(y, logits) as tf.Scalar;
  })(names.map((name) => parameters[name]));
  const next = names.map((name, i) => [name, tf.sub(parameters[name], tf.mul(grads[i]!, 0.5))]);
  return { loss: value, parameters: Object.fromEntries(next) as Parameters };
}

/** Two arms of a spiral. */
function spiral(): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const points = Array.from({ length: BATCH }, (_, i) => {
    const [arm, angle] = [i % 2, (i / BATCH) * 6];
    return [Math.cos(angle + arm * Math.PI) * angle * 0.3, Math.sin(angle + arm * Math.PI) * angle * 0.3];
  });
  return { x: tf.tensor2d(points), y: tf.tensor2d(points.map((_, i) => [i % 2])) };
}

const start: Parameters = {
  w1: tf.randomNormal([2, 256], 0, 0.7, 'float32', 1),
  b1: tf.zeros([256]),
  w2: tf.randomNormal([256, 1], 0, 0.1, 'float32', 2),
  b2: tf.zeros([1]),
};
const data = spiral();

let parameters = start;
let eagerLoss = 0;
const eagerStart = performance.now();
for (let i = 0; i < STEPS; i++) {
  const result = tf.tidy(() => step({ parameters, ...data }));
  eagerLoss = (await result.loss.data())[0]!;
  if (parameters !== start) tf.dispose(parameters);
  parameters = result.parameters;
}
const eagerMs = (performance.now() - eagerStart) / STEPS;

// The parameters that come out of one run go into the next: they are carried, and stay with the runtime.
const compiled = await compileStep(
  step,
  { parameters: start, ...data },
  { carry: { parameters: 'parameters' } },
);
let compiledLoss = 0;
const compiledStart = performance.now();
for (let i = 0; i < STEPS; i++) {
  const { loss } = await compiled.run(data);
  compiledLoss = loss.data[0]!;
}
const compiledMs = (performance.now() - compiledStart) / STEPS;

console.log(compiled.explain().split('\n').slice(0, 8).join('\n'));
console.log('...');
console.log(
  `loss after ${STEPS} steps: op by op ${eagerLoss.toFixed(6)}, compiled ${compiledLoss.toFixed(6)}`,
);
console.log(`a step: op by op ${eagerMs.toFixed(2)} ms (cpu backend), compiled ${compiledMs.toFixed(2)} ms`);
await compiled.dispose();
