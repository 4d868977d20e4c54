import { compileStep } from '@espalier/compile';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { sha256 } from './sha256.js';

const positive = (x: tf.Tensor): tf.Tensor => tf.add(tf.abs(x), 1e-3);
const within = (x: tf.Tensor): tf.Tensor => tf.mul(tf.tanh(x), 0.99);

/** Functions whose last digit engines choose for themselves in JavaScript. */
const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  acos: (x) => tf.acos(within(x)),
  acosh: (x) => tf.acosh(tf.add(positive(x), 1)),
  asin: (x) => tf.asin(within(x)),
  asinh: tf.asinh,
  atan: tf.atan,
  atan2: (x) => tf.atan2(x, tf.sub(1, x)),
  atanh: (x) => tf.atanh(within(x)),
  cos: tf.cos,
  cosh: tf.cosh,
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  log: (x) => tf.log(positive(x)),
  log1p: (x) => tf.log1p(positive(x)),
  logSoftmax: (x) => tf.logSoftmax(tf.reshape(x, [-1, 5])),
  pow: (x) => tf.pow(positive(x), tf.sub(2, x)),
  rsqrt: (x) => tf.rsqrt(positive(x)),
  sigmoid: tf.sigmoid,
  sin: tf.sin,
  sinh: tf.sinh,
  softmax: (x) => tf.softmax(tf.reshape(x, [-1, 5])),
  softplus: tf.softplus,
  sqrt: (x) => tf.sqrt(positive(x)),
  tan: tf.tan,
  tanh: tf.tanh,
};

/** The names of all functions in order, each with the SHA-256 of what it gives for numbers of many sizes, its gradient included. */
export async function functionBits(): Promise<string> {
  await tf.setBackend('cpu');
  // From 2^-13 to 2^7, every third one negative.
  const x = Float32Array.from(
    { length: 2000 },
    (_, i) => ((i % 3) - 1.5) * 2 ** ((i % 80) / 4 - 13) * (1 + i / 2000),
  );
  const digests: string[] = [];
  for (const [name, of] of Object.entries(functions)) {
    const step = await compileStep(
      (given) => ({ value: of(given), gradient: tf.grad(of)(given) }),
      { shape: [x.length] },
      { target: 'wasm' },
    );
    const { value, gradient } = await step.run({ data: x, shape: [x.length], dtype: 'float32' });
    digests.push(`${name} ${await sha256([...value.data, ...gradient.data])}`);
    await step.dispose();
  }
  return digests.join('\n');
}
