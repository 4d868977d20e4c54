import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { compileStep, type HostTensor } from '../index.js';

declare const x: Tensor;
declare const weights: { readonly w: Tensor; readonly b: Tensor };

// What a run takes and gives follows from the function and from what is carried.
const step = await compileStep(
  ({ parameters, x: given }: { parameters: typeof weights; x: Tensor }) => ({
    loss: tf.sum(tf.mul(given, parameters.w)),
    parts: [parameters.b, given] as const,
    parameters,
  }),
  { parameters: weights, x },
  { carry: { parameters: 'parameters' } },
);
const results = await step.run({ x });
results.loss satisfies HostTensor;
results.parts[1] satisfies HostTensor;
// @ts-expect-error -- it is carried, and stays where it is.
results.parameters satisfies unknown;
// What is carried may be given for one run.
await step.run({ x, parameters: weights });
// @ts-expect-error -- x is missing.
await step.run({ parameters: weights });
// @ts-expect-error -- there is no such input.
await step.run({ x, y: x });

// Shapes stand for tensors.
const doubled = await compileStep(({ a }) => tf.mul(a, 2), { a: { shape: [2] } });
(await doubled.run({
  a: { data: Float32Array.of(1, 2), shape: [2], dtype: 'float32' },
})) satisfies HostTensor;
