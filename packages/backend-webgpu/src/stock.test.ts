import { expect, it } from 'vitest';
import { describeOnGpu, inNewProcess } from '../testing/on-gpu.js';

const measure = `
  import * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-layers';
  START
  const attempt = async (compute) => {
    let result;
    try {
      result = tf.tidy(compute);
      return [...(await result.data())].map((v) => (Number.isFinite(v) ? v : String(v)));
    } catch (error) {
      return 'throws';
    }
  };
  const square = tf.fill([1, 3, 3, 1], 1);
  const row = (size) => tf.tensor2d(Float32Array.from({ length: size }, (_, i) => Math.cos(i)), [1, size]);
  const tall = (columns) => tf.tile(tf.transpose(row(2048)), [1, columns]);
  const results = {
    maxPoolTies: await attempt(() => tf.slice(tf.grad((v) => tf.maxPool(v, 2, 2, 'valid'))(square), [0, 0, 0, 0], [1, 1, 1, 1])),
    maxPoolSmall: await attempt(() => tf.maxPool(tf.fill([1, 2, 4, 1], -1e25), 2, 2, 'valid')),
    avgPool: await attempt(() => tf.slice(tf.grad((v) => tf.avgPool(v, 3, 1, 'same'))(square), [0, 0, 0, 0], [1, 1, 1, 1])),
    mean: await attempt(() => tf.mean(tf.fill([1e6], 0.1))),
    sigmoid: await attempt(() => tf.sigmoid(tf.tensor1d([NaN]))),
    relu6: await attempt(() => tf.relu6(tf.tensor1d([NaN]))),
    softmax: await attempt(() => tf.softmax(tf.tensor2d([[NaN, 1]]))),
    log: await attempt(() => tf.log(tf.tensor1d([0]))),
    log1p: await attempt(() => tf.log1p(tf.tensor1d([-2]))),
    pow: await attempt(() => tf.pow(tf.tensor1d([0]), tf.tensor1d([-1]))),
    cumsum: await attempt(() => { tf.cumsum(tf.ones([2]), 0, true, true); return tf.cumsum(tf.ones([4]), 0, true, true); }),
    longProduct: await attempt(() => tf.slice(tf.matMul(tf.transpose(tall(16)), tf.transpose(tall(16)), false, true), [0, 0], [1, 1])),
    addN: await attempt(() => tf.addN(Array.from({ length: 40 }, () => tf.ones([2])))),
    pad: await attempt(() => tf.sum(tf.pad(tf.ones([1, 1, 2, 1, 2]), [[1, 0], [0, 0], [0, 0], [0, 0], [0, 1]], 0.5))),
    segments: await attempt(() => tf.unsortedSegmentSum(tf.tensor2d([[1], [2], [4]]), tf.tensor1d([0, 1, 5], 'int32'), 2)),
    gather: await attempt(() => tf.gather(tf.ones([2]), tf.tensor1d([2], 'int32'))),
    ofNothing: await attempt(() => tf.sum(tf.zeros([0, 2]), 0)),
    batchNorm: await attempt(() => tf.batchNorm2d(tf.tensor2d([[999.25]]), tf.tensor1d([1000]), tf.tensor1d([0.5]), undefined, undefined, 0.001)),
    sin: await attempt(() => tf.sin(tf.linspace(0.5, 3, 6))),
    dataSync: (() => { try { return [...tf.tidy(() => tf.add(tf.ones([1]), 1)).dataSync()]; } catch { return 'throws'; } })(),
  };
  const buffer = Float32Array.of(1);
  const aliased = tf.tensor1d(buffer);
  buffer[0] = 2;
  results.alias = [...(await tf.add(aliased, 0).data())];
  console.log(JSON.stringify(results));
`;

const dot = Array.from({ length: 2048 }, (_, i) => Math.fround(Math.cos(i)) ** 2).reduce((a, b) => a + b, 0);

const right: Readonly<Record<string, unknown>> = {
  maxPoolTies: [1],
  maxPoolSmall: [Math.fround(-1e25), Math.fround(-1e25)],
  avgPool: [1 / 4 + 2 / 6 + 1 / 9],
  mean: [Math.fround(0.1)],
  sigmoid: ['NaN'],
  relu6: ['NaN'],
  softmax: ['NaN', 'NaN'],
  log1p: ['NaN'],
  pow: ['Infinity'],
  cumsum: [3, 2, 1, 0],
  log: ['-Infinity'],
  longProduct: [dot],
  addN: [40, 40],
  pad: [8],
  segments: [1, 2],
  gather: ['NaN'],
  ofNothing: [0, 0],
  batchNorm: [-0.75 / Math.sqrt(0.501)],
  sin: [0.5, 1, 1.5, 2, 2.5, 3].map(Math.sin),
  dataSync: [2],
  alias: [1],
};

const close = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((one: unknown) =>
        typeof one === 'number' ? expect.closeTo(one, Math.abs(one) > 100 ? 2 : 6) : one,
      )
    : value;

describeOnGpu('stock and patched kernels, each in a process of its own', () => {
  it('the patched ones are right in every case', () => {
    const got = inNewProcess(
      measure.replace(
        'START',
        `import { webgpu } from '@espalier/backend-webgpu'; await webgpu().activate();`,
      ),
    );
    const expected = Object.fromEntries(Object.entries(right).map(([name, value]) => [name, close(value)]));
    expect(got).toEqual({ ...expected, maxPoolSmall: right['maxPoolSmall'] });
  });

  it('the stock ones are wrong in every case: when this fails, a patch is no longer needed', () => {
    const start = `
      const { create, globals } = await import('webgpu');
      Object.assign(globalThis, globals);
      Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), userAgent: '' }, configurable: true });
      await import('@tensorflow/tfjs-backend-webgpu');
      await tf.setBackend('webgpu');
      tf.env().set('WEBGPU_CPU_FORWARD', false);
    `;
    const got = inNewProcess(measure.replace('START', start)) as Record<string, unknown>;
    for (const name of Object.keys(right))
      expect(got[name], name).not.toEqual(name === 'maxPoolSmall' ? right[name] : close(right[name]));
  });
});
