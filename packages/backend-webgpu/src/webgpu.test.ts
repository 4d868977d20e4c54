import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { describeOnGpu, inNewProcess } from '../testing/on-gpu.js';
import { kernelReport, webgpu } from './index.js';

describe('webgpu()', () => {
  it('checks its options', () => {
    expect(() => webgpu({ powerPreference: 'fast' as never })).toThrow(
      /\[backend-webgpu\] powerPreference must be one of 'high-performance', 'low-power', got 'fast'/,
    );
    expect(() => webgpu({ dawnFlags: 'backend=vulkan' as never })).toThrow(/dawnFlags must be an array/);
    expect(() => webgpu({ dawnFlags: ['vulkan'] })).toThrow(/dawnFlags/);
  });

  it('says that there is no adapter, and how to get one', () => {
    const got = inNewProcess(
      `import { webgpu } from '@espalier/backend-webgpu';
       const availability = await webgpu().isAvailable();
       const failure = await webgpu().activate().then(() => null, ({ code, message }) => ({ code, message }));
       console.log(JSON.stringify({ availability, failure }));`,
      { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' },
    );
    expect(got).toMatchObject({
      availability: {
        available: false,
        reason: 'WebGPU finds no GPU adapter',
        fix: expect.stringMatching(/driver.*libvulkan1.*VK_ICD_FILENAMES=/s),
      },
      failure: {
        code: 'backend-unavailable',
        message: expect.stringMatching(/^\[backend-webgpu\] WebGPU finds no/),
      },
    });
  });

  it.each([
    ['webgpu', 'the npm package webgpu is not installed', 'npm install webgpu'],
    [
      '@tensorflow/tfjs-backend-webgpu',
      '@tensorflow/tfjs-backend-webgpu is not installed',
      'npm install @tensorflow/tfjs-backend-webgpu',
    ],
  ])('says that %s is missing, and how to get it', (name, reason, fix) => {
    const hooks = `export const resolve = (name, context, next) => {
      if (name !== '${name}') return next(name, context);
      throw Object.assign(new Error("Cannot find package '${name}' imported from here"), { code: 'ERR_MODULE_NOT_FOUND' });
    };`;
    const got = inNewProcess(`
      import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
      const { webgpu } = await import('@espalier/backend-webgpu');
      console.log(JSON.stringify(await webgpu().isAvailable()));`);
    expect(got).toEqual({ available: false, reason: expect.stringContaining(reason), fix });
  });

  it('says that there are two copies of TensorFlow.js', () => {
    const got = inNewProcess(`
      import Module from 'node:module';
      const load = Module._load;
      // What a second installation would do.
      Module._load = function (name, parent, ...rest) {
        if (name !== '@tensorflow/tfjs-core' || !parent?.filename?.includes('tfjs-backend-webgpu'))
          return load.call(this, name, parent, ...rest);
        const key = Module._resolveFilename(name, parent);
        const first = Module._cache[key];
        delete Module._cache[key];
        const second = load.call(this, name, parent, ...rest);
        Module._cache[key] = first;
        return second;
      };
      const { webgpu } = await import('@espalier/backend-webgpu');
      console.log(JSON.stringify(await webgpu().activate().then(() => null, ({ code, message }) => ({ code, message }))));
    `);
    expect(got).toEqual({
      code: 'two-copies',
      message: expect.stringMatching(/second copy of @tensorflow\/tfjs-core.*npm ls @tensorflow\/tfjs-core/),
    });
  });
});

describeOnGpu('webgpu() where there is a GPU', () => {
  it('is asked without a trace, starts, leaves what is global, and lets the process end', () => {
    const got = inNewProcess(`
      import * as tf from '@tensorflow/tfjs-core';
      import { webgpu } from '@espalier/backend-webgpu';
      const look = () => JSON.stringify([
        Object.getOwnPropertyNames(globalThis).sort(), Object.keys(tf.engine().registryFactory), tf.engine().backendName ?? null,
      ]);
      const before = look();
      const availability = await webgpu().isAvailable();
      const untouched = look() === before;
      Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'mine' }, configurable: true });
      globalThis.GPUShaderStage = 'mine';
      await webgpu().activate();
      const sum = tf.sum(tf.ones([3]));
      console.log(JSON.stringify({
        availability, untouched, backend: tf.getBackend(), sum: [...(await sum.data())],
        kept: [navigator.userAgent, GPUShaderStage], enumerable: Object.keys(globalThis).filter((name) => /^GPU[A-RT-Z]/.test(name)),
      }));
    `);
    expect(got).toEqual({
      availability: { available: true },
      untouched: true,
      backend: 'webgpu',
      sum: [3],
      kept: ['mine', 'mine'],
      enumerable: [],
    });
  });

  it('may be activated again, also after another backend, without patching twice', async () => {
    const report = kernelReport();
    const kernel = tf.getKernel('Sum', 'webgpu');
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    await webgpu().activate();
    expect(tf.getBackend()).toBe('webgpu');
    expect(tf.getKernel('Sum', 'webgpu')).toBe(kernel);
    expect(kernelReport()).toBe(report);
  });

  it('reports what it replaces', () => {
    const { replaced, supplied, reasons } = kernelReport();
    expect(replaced).toContain('MaxPoolGrad');
    expect(supplied).toEqual([]);
    for (const name of replaced) expect(reasons[name]).toMatch(/\w/);
  });

  it('starts again after it was removed', async () => {
    tf.removeBackend('webgpu');
    await webgpu().activate();
    expect([...(await tf.add(tf.ones([1]), 1).data())]).toEqual([2]);
    expect(tf.getKernel('MaxPoolGrad', 'webgpu')).toBeDefined();
  });
});
