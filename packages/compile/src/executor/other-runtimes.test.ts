import { executorContract } from '@espalier/testkit';
import { expect, test, vi } from 'vitest';
import { howToGetSoftwareGpu, useSoftwareGpu } from '../../../../testing/support/software-gpu.js';
import { compiled } from './compiled.js';

executorContract('compiled (onnxruntime-web)', () => compiled({ runtime: 'onnxruntime-web' }));

useSoftwareGpu();
const webgpu = await compiled({ device: 'webgpu' }).isAvailable();
if (webgpu.available) executorContract('compiled (webgpu)', () => compiled({ device: 'webgpu' }));
else
  test('compiled (webgpu)', ({ skip }) => {
    skip(`${howToGetSoftwareGpu} (${webgpu.reason})`);
  });

test('a device that cannot start says why and how to fix it, and the process goes on', async () => {
  // A browser has WebGPU, onnxruntime-web in Node has not.
  const executor = compiled({ runtime: 'onnxruntime-web', device: 'webgpu' });
  const availability = await executor.isAvailable();
  expect(availability).toMatchObject({
    available: false,
    reason: expect.stringContaining('"webgpu" of onnxruntime-web does not start'),
    fix: expect.stringContaining('navigator.gpu'),
  });
  await expect(executor.start(undefined as never, {})).rejects.toMatchObject({
    code: 'executor-unavailable',
    message: expect.stringMatching(/does not start: .*navigator\.gpu/),
  });
  expect(await compiled({ runtime: 'onnxruntime-web' }).isAvailable()).toEqual({ available: true });
});

test('a browser is told to hand the build with WebGPU over, which no bundle has by itself', async () => {
  const executor = compiled({ device: 'webgpu' });
  vi.stubGlobal('process', undefined);
  const asked = executor.isAvailable();
  vi.unstubAllGlobals();
  expect(await asked).toMatchObject({
    available: false,
    reason: expect.stringContaining('in a build of its own of onnxruntime-web'),
    fix: expect.stringContaining("import * as ort from 'onnxruntime-web/webgpu'"),
  });
});

test('a test runner with typed arrays of its own is told so, not to install again', async () => {
  const create = async () => ({
    run: async () => {
      throw new TypeError(
        "A float32 tensor's data must be type of function Float32Array() { [native code] }",
      );
    },
  });
  const env = { versions: { node: '1.30.0' }, wasm: {} };
  const runtime = { InferenceSession: { create }, Tensor: class {}, env };
  expect(await compiled({ runtime }).isAvailable()).toMatchObject({
    available: false,
    fix: expect.stringContaining('typed arrays are not those that native code makes'),
  });
});
