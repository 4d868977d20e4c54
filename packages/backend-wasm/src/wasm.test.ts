import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { kernelReport, wasm } from './index.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs a module in a fresh process, where the backend has not been started; answers what it prints as JSON. */
function inNewProcess(source: string): unknown {
  const output = execFileSync(
    process.execPath,
    ['--conditions=@espalier/source', '--import', 'tsx', '--input-type=module', '-e', source],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return JSON.parse(output.trim().split('\n').at(-1)!) as unknown;
}

describe('wasm()', () => {
  beforeAll(() => wasm().activate());

  it('is available and becomes the active backend', async () => {
    expect(wasm().name).toBe('wasm');
    expect(await wasm().isAvailable()).toEqual({ available: true });
    expect(tf.getBackend()).toBe('wasm');
  });

  it('may be activated again, also after another backend, without patching twice', async () => {
    const report = kernelReport();
    const kernel = tf.getKernel('Sum', 'wasm');
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    await wasm().activate();
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.getKernel('Sum', 'wasm')).toBe(kernel);
    expect(kernelReport()).toBe(report);
  });

  it('starts once when several ask at a time, beside another backend', () => {
    const source = `
      import { wasm } from '@espalier/backend-wasm';
      import * as tf from '@tensorflow/tfjs-core';
      import { cpu } from '@espalier/backend-cpu';
      const all = await Promise.allSettled([wasm(), wasm(), cpu(), wasm()].map((one) => one.activate()));
      console.log(JSON.stringify([all.map(({ reason }) => reason?.message ?? 'started'), tf.getBackend()]));`;
    expect(inNewProcess(source)).toEqual([Array(4).fill('started'), 'wasm']);
  });

  it('reports what it replaces and supplies', () => {
    const { replaced, supplied, reasons } = kernelReport();
    expect([...supplied].sort()).toEqual([
      'Conv2DBackpropFilter',
      'DepthwiseConv2dNativeBackpropFilter',
      'DepthwiseConv2dNativeBackpropInput',
      'Einsum',
      'UnsortedSegmentSum',
    ]);
    expect(replaced).toContain('MaxPoolGrad');
    for (const name of [...replaced, ...supplied]) expect(reasons[name]).toMatch(/\w/);
  });

  it('checks its options', () => {
    expect(() => wasm({ memoryLimitMB: 8 })).toThrow(
      /\[backend-wasm\] memoryLimitMB must be a number >= 16 and <= 4096, got 8/,
    );
    expect(() => wasm({ memoryLimitMB: NaN })).toThrow(/memoryLimitMB/);
    expect(() => wasm({ wasmPaths: 3 as never })).toThrow(/wasmPaths must be a folder/);
  });

  it('starts in a new process without its process handlers and without the network', () => {
    const got = inNewProcess(`
      import * as tf from '@tensorflow/tfjs-core';
      import { kernelReport, wasm } from '@espalier/backend-wasm';
      globalThis.fetch = () => { throw new Error('no network'); };
      const mine = () => {};
      process.on('uncaughtException', mine);
      const before = kernelReport().supplied.length;
      await wasm().activate();
      const listeners = ['uncaughtException', 'unhandledRejection'].map((e) => process.listeners(e).length);
      tf.removeBackend('wasm');
      const kept = process.listeners('uncaughtException').includes(mine);
      console.log(JSON.stringify({ before, listeners, kept, threads: tf.env().get('WASM_HAS_MULTITHREAD_SUPPORT') }));
    `);
    expect(got).toEqual({ before: 0, listeners: [1, 0], kept: true, threads: false });
  });

  it('works again after the backend was removed and made again', () => {
    const got = inNewProcess(`
      import * as tf from '@tensorflow/tfjs-core';
      import '@tensorflow/tfjs-backend-wasm';
      import { wasm } from '@espalier/backend-wasm';
      const factory = tf.findBackendFactory('wasm');
      await wasm().activate();
      const product = () => [...tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]), false, true).dataSync()];
      const first = product();
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', factory, 2);
      await wasm({ memoryLimitMB: 64 }).activate();
      let message = '';
      try { tf.zeros([2 ** 26]); } catch (error) { message = error.code; }
      console.log(JSON.stringify({ first, second: product(), message, handlers: process.listenerCount('unhandledRejection') }));
    `);
    expect(got).toEqual({ first: [3, 3, 3, 3], second: [3, 3, 3, 3], message: 'out-of-memory', handlers: 0 });
  });

  it('says why it cannot start: a missing file, and a file that is no module', () => {
    const got = inNewProcess(`
      import { mkdtempSync, writeFileSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      import { join } from 'node:path';
      import { wasm } from '@espalier/backend-wasm';
      console.warn = () => {};
      console.error = () => {};
      const missing = wasm({ wasmPaths: '/nowhere/' });
      const availability = await missing.isAvailable();
      const failure = async (backend) => backend.activate().then(() => null, ({ code, message }) => ({ code, message }));
      const first = await failure(missing);
      const folder = mkdtempSync(join(tmpdir(), 'espalier-')) + '/';
      for (const kind of ['', '-simd', '-threaded-simd']) writeFileSync(folder + 'tfjs-backend-wasm' + kind + '.wasm', 'nonsense');
      const second = await failure(wasm({ wasmPaths: folder }));
      console.log(JSON.stringify({ availability, first, second, handlers: process.listenerCount('uncaughtException') }));
    `) as Record<string, Record<string, string>>;
    expect(got['availability']).toMatchObject({
      available: false,
      reason: 'there is no file /nowhere/tfjs-backend-wasm-simd.wasm',
    });
    expect(got['first']).toMatchObject({ code: 'backend-unavailable' });
    expect(got['first']!['message']).toMatch(
      /^\[backend-wasm\] there is no file .*let wasmPaths name the folder/,
    );
    expect(got['second']).toMatchObject({ code: 'backend-unavailable' });
    expect(got['second']!['message']).toMatch(/could not start it/);
    expect(got['handlers']).toBe(0);
  });
});
