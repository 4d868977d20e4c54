import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wasm } from './wasm.js';
import type { WasmBackend } from './wasm-backend.js';

const MB = 2 ** 20;

describe('memory limit', () => {
  beforeAll(() => wasm({ memoryLimitMB: 32 }).activate());
  afterAll(() => wasm().activate());

  it('refuses a tensor beyond it with a clear error, and goes on', () => {
    const kept = tf.fill([4], 7);
    const before = tf.memory().numTensors;
    expect(() => tf.zeros([20 * MB])).toThrow(
      /\[backend-wasm\] a tensor of 80\.0 MB does not fit below the limit of 32 MB of wasm memory: dispose/,
    );
    expect(() => tf.tidy(() => tf.matMul(tf.ones([3000, 1]), tf.ones([1, 3000])))).toThrow(/does not fit/);
    expect(tf.memory().numTensors).toBe(before);
    expect([...tf.add(kept, 1).dataSync()]).toEqual([8, 8, 8, 8]);
  });

  it('counts what is alive, not what has been', () => {
    for (let i = 0; i < 20; i++) tf.zeros([2 * MB]).dispose();
    const alive = tf.zeros([3 * MB]);
    const second = (): tf.Tensor => tf.zeros([5 * MB]);
    expect(second).toThrow(/limit of 32 MB/);
    alive.dispose();
    second().dispose();
  });

  it('can be raised', async () => {
    await wasm({ memoryLimitMB: 128 }).activate();
    tf.zeros([20 * MB]).dispose();
    await wasm({ memoryLimitMB: 32 }).activate();
    expect(() => tf.zeros([20 * MB])).toThrow(/limit of 32 MB/);
  });

  it('keeps the allocator wrapped after the module has settled', () => {
    const { wasm: module } = tf.backend() as unknown as WasmBackend;
    expect(() => module._malloc(64 * MB)).toThrow(/does not fit/);
  });
});
