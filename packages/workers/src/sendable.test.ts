import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { buffersIn } from './sendable.js';

test('finds the buffers of arrays that cover them whole, each once', () => {
  const whole = Float32Array.of(1, 2);
  const bytes = new ArrayBuffer(3);
  const value = {
    list: [whole, { again: whole, part: new Float32Array(8).subarray(2, 4) }],
    map: new Map([['key', bytes]]),
    set: new Set([new DataView(bytes)]),
    shared: new Int32Array(new SharedArrayBuffer(4)),
    bare: Object.assign(Object.create(null) as object, { deep: Int32Array.of(1) }),
  };
  const found = buffersIn(value, 'it');
  expect(found).toEqual([whole.buffer, bytes, (value.bare as { deep: Int32Array }).deep.buffer]);
});

test('bears what is no object, and cycles', () => {
  for (const value of [undefined, null, 1, 'text', Symbol('s'), () => 1])
    expect(buffersIn(value, 'it')).toEqual([]);
  const cycle: Record<string, unknown> = {};
  cycle['self'] = [cycle];
  expect(buffersIn(cycle, 'it')).toEqual([]);
});

test('refuses tensors and says where they are', () => {
  const tensor = tf.scalar(1);
  expect(() => buffersIn(tensor, 'it')).toThrow('it holds a tensor, which');
  expect(() => buffersIn({ a: [0, { b: tensor }] }, 'it')).toThrow('a tensor at a.1.b');
  expect(() => buffersIn(new Map([['w', tf.variable(tensor)]]), 'it')).toThrow('a tensor at w');
});
