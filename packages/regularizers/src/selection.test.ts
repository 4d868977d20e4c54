import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { selection } from './selection.js';

const parameters = { 'a/kernel': tf.ones([2, 2]), 'a/bias': tf.ones([2]), 'b/kernel': tf.ones([2, 1]) };

test('selects kernels by default', () => {
  expect(selection('test')(parameters)).toEqual(['a/kernel', 'b/kernel']);
});

test('asks the selector once for the same shapes, and again for others', () => {
  const selector = vi.fn((name: string) => name === 'a/bias');
  const select = selection('test', selector);
  expect([select(parameters), select({ ...parameters })]).toEqual([['a/bias'], ['a/bias']]);
  expect(selector).toHaveBeenCalledTimes(3);
  select({ ...parameters, 'c/bias': tf.ones([1]) });
  expect(selector).toHaveBeenCalledTimes(7);
});

test('a global or sticky pattern selects the same at every name', () => {
  const kernels = { 'a/kernel': tf.ones([2, 2]), 'b/kernel': tf.ones([2, 2]), 'c/kernel': tf.ones([2, 2]) };
  expect(selection('test', /kernel/g)(kernels)).toEqual(Object.keys(kernels));
  expect(selection('test', /[abc].kernel/y)(kernels)).toEqual(Object.keys(kernels));
});
