import { expect, test } from 'vitest';
import { callbackWithCore, compiledSteps, lightImports } from '../bundling/light-imports.js';
import { bundle } from './bundle-size.js';

/* From the sources some of them; `npm run check:packed` holds the built packages to all. */
test.each(lightImports.slice(0, 4))(
  '$name brings little of TensorFlow.js',
  async ({ code, tensorflow, limit }) => {
    const found = await bundle(code, { withTensorflow: true });
    expect(found.tensorflow).toEqual(tensorflow);
    expect(found.bytes).toBeLessThan(limit);
  },
);

test('a callback with core stays below 30 kB', async () => {
  const { bytes, tensorflow } = await bundle(callbackWithCore.code);
  expect(tensorflow).toEqual([]);
  expect(bytes).toBeLessThan(callbackWithCore.limit);
});

test('what compiles steps stays below 60 kB', async () => {
  const { code, external, limit } = compiledSteps;
  const { bytes, tensorflow } = await bundle(code, { external });
  expect(tensorflow).toEqual([]);
  expect(bytes).toBeLessThan(limit);
});

test('a trainer brings TensorFlow.js: the count sees it', async () => {
  const { tensorflow } = await bundle("export { Trainer } from '@espalier/core';", { withTensorflow: true });
  expect(tensorflow).toEqual(['tfjs-core', 'tfjs-layers']);
});
