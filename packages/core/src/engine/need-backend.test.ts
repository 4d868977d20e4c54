import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { EspalierError } from '../errors.js';
import type { StepProgram } from '../step/step-program.js';
import { eager } from './eager-executor.js';
import { needBackend } from './need-backend.js';

it('eager steps without a backend say which packages have one; with one nothing is said', async () => {
  const start = eager().start({} as StepProgram, {});
  await expect(start).rejects.toThrow(EspalierError);
  await expect(start).rejects.toMatchObject({ code: 'backend-unavailable' });
  await expect(start).rejects.toThrow(/npm install @espalier\/backend-wasm.*useBackend\(wasm\(\)\)/);

  tf.registerBackend('fake', () => ({}) as tf.KernelBackend);
  expect(() => needBackend('test')).not.toThrow();
  tf.removeBackend('fake');
});
