import { describe, expect, test } from 'vitest';
import type * as tf from '@tensorflow/tfjs-core';
import { type ParameterSelector, parameterKind, parameterSelection, selectParameters } from './parameters.js';

const shapes = {
  'hidden/kernel': [4, 3],
  'hidden/bias': [3],
  'norm/gamma': [3],
  'gru/recurrent_kernel': [3, 9],
  'words/embeddings': [10, 3],
  w: [2, 2],
  b: [2],
};

describe('parameterKind', () => {
  test.each([
    ['hidden/kernel', [4, 3], 'kernel'],
    ['conv/depthwise_kernel', [3, 3, 1, 1], 'kernel'],
    ['gru/recurrent_bias', [9], 'bias'],
    ['bias', [1], 'bias'],
    ['words/embeddings', [10, 3], 'other'],
    ['norm/moving_variance', [3], 'other'],
    ['w', [2, 2], 'kernel'],
    ['b', [2], 'other'],
  ] as const)('%s %j is a %s', (name, shape, kind) => {
    expect(parameterKind(name, shape)).toBe(kind);
  });
});

describe('selectParameters', () => {
  test.each<[string, ParameterSelector, string[]]>([
    ['kernels', 'kernels', ['hidden/kernel', 'gru/recurrent_kernel', 'w']],
    ['biases', 'biases', ['hidden/bias']],
    ['all', 'all', Object.keys(shapes)],
    ['names', ['b', 'w'], ['w', 'b']],
    ['a pattern', /^hidden\//, ['hidden/kernel', 'hidden/bias']],
    ['a function', (_, shape) => shape[0] === 10, ['words/embeddings']],
  ])('by %s', (_, selector, expected) => {
    expect(selectParameters(shapes, selector, 'test')).toEqual(expected);
  });

  test('of what does not exist, or of nothing, is an error that lists what there is', () => {
    expect(() => selectParameters(shapes, ['hidden/kernal'], 'l1')).toThrow(
      "[l1] parameter 'hidden/kernal' does not exist; the model has: hidden/kernel, hidden/bias",
    );
    expect(() => selectParameters(shapes, /x$/, 'l1')).toThrow('selects nothing');
  });
});

test('a selection follows the parameters that it is asked for', () => {
  const asked: string[] = [];
  const selected = parameterSelection('test', (name) => {
    asked.push(name);
    return name !== 'b';
  });
  const tensor = (size: number) => ({ shape: [size] }) as tf.Tensor;
  expect([...selected({ a: tensor(1), b: tensor(1) })]).toEqual(['a']);
  expect([...selected({ a: tensor(1), b: tensor(1) })]).toEqual(['a']);
  expect(asked).toEqual(['a', 'b']);
  expect([...selected({ c: tensor(1), a: tensor(2) })]).toEqual(['c', 'a']);
  expect(() => selected({ b: tensor(1) })).toThrow('[test] the selector of parameters selects nothing');
});
