import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { firstAvailable, useBackend } from '@espalier/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakePackage, removeFakePackages } from '../testing/fake-package.js';
import { kernelReport, node } from './index.js';

beforeAll(() => tf.setBackend('cpu'));
afterAll(removeFakePackages);
afterEach(() => {
  vi.restoreAllMocks();
  expect(tf.getBackend()).toBe('cpu');
  expect(kernelReport().replaced).toEqual([]);
});

async function refusal(packagePath: string): Promise<{ reason: string; fix: string }> {
  const availability = await node({ packagePath }).isAvailable();
  if (availability.available) throw new Error('it is available');
  return availability;
}

describe('node() that cannot start says why and how to fix it', () => {
  it('a package that is not there', async () => {
    const { reason, fix } = await refusal('/nowhere/tfjs-node');
    expect(reason).toBe('@tensorflow/tfjs-node is not in /nowhere/tfjs-node');
    expect(fix).toMatch(/^npm install @tensorflow\/tfjs-node, .*; or use wasm\(\)/);
  });

  it('no native library, or one for other N-API versions alone', async () => {
    const folder = fakePackage({ files: { 'lib/napi-v3/tfjs_binding.node': '' } });
    const { reason, fix } = await refusal(folder);
    expect(reason).toContain('@tensorflow/tfjs-node 4.22.0 is installed without its native library');
    expect(reason).toMatch(/lib.napi-v8.tfjs_binding\.node: its install script did not run/);
    expect(reason).toContain(process.versions.node);
    expect(fix).toMatch(/^npm rebuild @tensorflow\/tfjs-node --build-addon-from-source/);
  });

  it('a damaged native library', async () => {
    const { reason, fix } = await refusal(fakePackage({ library: 'damaged' }));
    expect(reason).toMatch(/^the native library of @tensorflow\/tfjs-node 4\.22\.0 does not load: /);
    expect(fix).toMatch(/^it may be for another system or damaged: npm rebuild/);
  });

  it('a native library without the shared library that it needs', async () => {
    const { reason, fix } = await refusal(fakePackage({ library: 'lonely' }));
    expect(reason).toMatch(/does not load: .*libonnxruntime/);
    expect(fix).toMatch(/^the library it names belongs into deps\/lib of the package/);
  });

  it('another copy of tfjs-core, before anything of it is loaded', async () => {
    const text = (name: string): string => `{ "name": "@tensorflow/${name}", "main": "index.js" }`;
    const folder = fakePackage({
      library: 'damaged',
      files: {
        'node_modules/@tensorflow/tfjs/package.json': text('tfjs'),
        'node_modules/@tensorflow/tfjs/index.js': '',
        'node_modules/@tensorflow/tfjs-core/package.json': text('tfjs-core'),
        'node_modules/@tensorflow/tfjs-core/index.js': '',
      },
    });
    const { reason, fix } = await refusal(folder);
    expect(reason).toMatch(
      /uses another copy of @tensorflow\/tfjs-core \(.*espalier-fake-.*\) than this program \(/,
    );
    expect(fix).toContain('npm ls @tensorflow/tfjs-core');
  });

  it('a manifest that is no JSON', async () => {
    const { reason } = await refusal(fakePackage({ files: { 'package.json': '{' } }));
    expect(reason).toMatch(/^@tensorflow\/tfjs-node could not be examined: /);
  });

  it('throws the same from activate() and from useBackend()', async () => {
    const backend = node({ packagePath: '/nowhere' });
    await expect(backend.activate()).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringMatching(
        /^\[backend-node\] @tensorflow\/tfjs-node is not in \/nowhere\. To fix it: npm install/,
      ),
    });
    await expect(useBackend(backend)).rejects.toThrow(
      /tensorflow cannot start here: @tensorflow\/tfjs-node is not in/,
    );
  });

  it('is passed over by firstAvailable()', async () => {
    const cpu = {
      name: 'cpu',
      isAvailable: async () => ({ available: true as const }),
      activate: async () => {},
    };
    const chosen = await useBackend(firstAvailable(node({ packagePath: '/nowhere' }), cpu));
    expect(chosen.name).toBe('cpu');
  });
});

describe('a package that fails while it loads', () => {
  it('leaves the backend that was active, and says what it said', async () => {
    const folder = fakePackage({
      library: 'harmless',
      files: { 'index.js': 'throw new Error("no protobuf")' },
    });
    expect(await node({ packagePath: folder }).isAvailable()).toEqual({ available: true });
    await expect(node({ packagePath: folder }).activate()).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: '[backend-node] it did not start: no protobuf',
    });
  });

  it('that brings another tfjs-core is refused by name, and its greetings are kept back', async () => {
    const said = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error'), vi.spyOn(console, 'log')];
    for (const spy of said) spy.mockImplementation(() => {});
    const chatter = 'The kernel "Add" for backend "cpu" is already registered';
    const folder = fakePackage({
      library: 'harmless',
      files: {
        'index.js': `console.warn('${chatter}'); console.error('heed this'); exports.Tensor = class {};`,
      },
    });
    await expect(node({ packagePath: folder }).activate()).rejects.toMatchObject({ code: 'two-copies' });
    expect(said.flatMap(({ mock }) => mock.calls)).toEqual([['heed this']]);
  });
});

describe('options', () => {
  it('are checked at once', () => {
    expect(() => node({ threads: 0 })).toThrow(/\[backend-node\] threads must be a whole number >= 1, got 0/);
    expect(() => node({ threads: 1.5 })).toThrow(/threads/);
    expect(() => node({ packagePath: '' })).toThrow(/packagePath/);
    expect(node().name).toBe('tensorflow');
  });

  it('reach the library as settings, which are taken back, and those of the user stay', async () => {
    const seen = 'globalThis.seenByFake = { ...process.env }; throw new Error("seen");';
    const folder = fakePackage({ library: 'harmless', files: { 'index.js': seen } });
    const settings = async (threads: number | undefined): Promise<Record<string, string>> => {
      await node({ packagePath: folder, ...(threads ? { threads } : {}) })
        .activate()
        .catch(() => {});
      return (globalThis as { seenByFake?: Record<string, string> }).seenByFake!;
    };
    vi.stubEnv('TF_CPP_MIN_LOG_LEVEL', undefined);
    expect(await settings(3)).toMatchObject({ TF_CPP_MIN_LOG_LEVEL: '2', TF_NUM_INTRAOP_THREADS: '3' });
    expect(process.env['TF_CPP_MIN_LOG_LEVEL']).toBeUndefined();
    expect(process.env['TF_NUM_INTRAOP_THREADS']).toBeUndefined();
    vi.stubEnv('TF_CPP_MIN_LOG_LEVEL', '0');
    const second = fakePackage({ library: 'harmless', files: { 'index.js': seen } });
    await node({ packagePath: second })
      .activate()
      .catch(() => {});
    expect((globalThis as { seenByFake?: object }).seenByFake).toMatchObject({ TF_CPP_MIN_LOG_LEVEL: '0' });
    expect(process.env['TF_CPP_MIN_LOG_LEVEL']).toBe('0');
    vi.unstubAllEnvs();
  });
});
