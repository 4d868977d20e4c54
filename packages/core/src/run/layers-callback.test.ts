import type * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { toLayersCallback } from './layers-callback.js';

test.each([
  ['two-copies', 'another copy of @tensorflow/tfjs-layers', { layers: [], predict: () => undefined }],
  ['invalid-model', 'model', {}],
])('refuses at once (%s) what is no model of this copy of tfjs-layers', (code, message, model) => {
  let error: unknown;
  try {
    toLayersCallback([], model as unknown as tfl.LayersModel);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code });
  expect(String(error)).toContain(message);
});
