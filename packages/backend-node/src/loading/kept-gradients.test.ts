import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { keepingGradients } from './kept-gradients.js';

it('puts back the gradients that loading replaced, also when it fails, and lets new ones be', () => {
  const before = tf.getGradient('MirrorPad');
  const other: tf.GradConfig = { kernelName: 'MirrorPad', gradFunc: () => ({}) };
  const load = () => {
    tf.unregisterGradient('MirrorPad');
    tf.registerGradient(other);
    tf.registerGradient({ ...other, kernelName: 'espalier-test' });
    return 'loaded';
  };
  expect(keepingGradients(load)).toBe('loaded');
  expect(tf.getGradient('MirrorPad')).toBe(before);
  tf.unregisterGradient('espalier-test');
  const failing = () => {
    load();
    throw new Error('failed');
  };
  expect(() => keepingGradients(failing)).toThrow('failed');
  expect(tf.getGradient('MirrorPad')).toBe(before);
  expect(tf.getGradient('espalier-test')).toBeDefined();
  tf.unregisterGradient('espalier-test');
});
