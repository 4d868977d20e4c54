import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const measure = `
  import * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-layers';
  START
  const attempt = (compute) => {
    try { return [...tf.tidy(compute).dataSync()].map((v) => (Number.isFinite(v) ? v : String(v))); } catch (error) { return 'throws'; }
  };
  const x = tf.fill([1, 4, 4, 1], -1);
  console.log(JSON.stringify({
    maxPool: attempt(() => tf.sum(tf.grad((v) => tf.maxPool(v, 2, 2, 'valid'))(x))),
    avgPool: attempt(() => tf.slice(tf.grad((v) => tf.avgPool(v, 3, 1, 'same'))(tf.ones([1, 3, 3, 1])), [0, 0, 0, 0], [1, 1, 1, 1])),
    mean: attempt(() => tf.mean(tf.fill([1e6], 0.1))),
    clip: attempt(() => tf.clipByValue(tf.tensor1d([NaN]), -1, 1)),
    sign: attempt(() => tf.sign(tf.tensor1d([1e-30]))),
    mirrorPad: attempt(() => tf.grad((v) => tf.mirrorPad(v, [[1, 1]], 'symmetric'))(tf.ones([2]))),
    convolution: attempt(() => tf.grad((w) => tf.conv2d(x, w, 1, 'valid'))(tf.ones([4, 4, 1, 1]))).length,
    embedding: attempt(() => tf.grad((t) => tf.gather(t, tf.tensor1d([1, 1], 'int32')))(tf.ones([2, 1]))),
    einsum: attempt(() => tf.einsum('i,i->', tf.ones([2]), tf.ones([2]))),
  }));
`;

function results(start: string): Record<string, unknown> {
  const source = measure.replace('START', start);
  const output = execFileSync(
    process.execPath,
    ['--conditions=@espalier/source', '--import', 'tsx', '--input-type=module', '-e', source],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, unknown>;
}

const right = {
  maxPool: [4],
  avgPool: [Math.fround(1 / 4 + 2 / 6 + 1 / 9)],
  mean: [Math.fround(0.1)],
  clip: ['NaN'],
  sign: [1],
  mirrorPad: [2, 2],
  convolution: 16,
  embedding: [0, 2],
  einsum: [2],
};

describe('stock and patched kernels, each in a process of its own', () => {
  it('the patched ones are right in every case', () => {
    const got = results(`import { wasm } from '@espalier/backend-wasm'; await wasm().activate();`);
    expect(got).toEqual({ ...right, avgPool: [expect.closeTo(right.avgPool[0]!, 6)] });
  });

  it('the stock ones are wrong or missing in every case: when this fails, a patch is no longer needed', () => {
    const got = results(`import '@tensorflow/tfjs-backend-wasm'; await tf.setBackend('wasm');`);
    for (const [name, value] of Object.entries(right)) expect(got[name], name).not.toEqual(value);
  });
});
