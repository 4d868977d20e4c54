import { importFailure, inNode } from '@espalier/core/internal';
import type { Gpu } from './gpu-types.js';

/** Where WebGPU comes from. */
export interface GpuSource {
  readonly gpu: Gpu;
  /** The classes and constants that belong to it, where they are no globals yet. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** Why there is none, and what to do about it. */
export interface NoGpu {
  readonly reason: string;
  readonly fix: string;
}

interface DawnModule {
  create(flags: readonly string[]): Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

const instances = new Map<string, GpuSource>();

/** `navigator.gpu` where there is one; in Node otherwise Dawn, from the npm package `webgpu`. Sets nothing. */
export async function findGpu(dawnFlags: readonly string[]): Promise<GpuSource | NoGpu> {
  const given = currentGpu();
  if (given) return { gpu: given, globals: {} };
  if (!inNode()) return browserWithout();
  const key = JSON.stringify(dawnFlags);
  const known = instances.get(key);
  if (known) return known;
  try {
    // The name is no literal at the call, so that bundlers for browsers leave it alone.
    const name = 'webgpu';
    const loaded = (await import(
      /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name
    )) as DawnModule;
    const source = { gpu: loaded.create(dawnFlags), globals: loaded.globals };
    instances.set(key, source);
    return source;
  } catch (cause) {
    const { reason, fix } = importFailure('webgpu', cause);
    const binaries = reason.includes('does not load')
      ? '; it has binaries for Linux and Windows on x64 and arm64 and for macOS'
      : '';
    return { reason: `the npm package ${reason}`, fix: fix + binaries };
  }
}

/** Makes WebGPU global, as it is in browsers. What is there already stays. */
export function installGlobals({ gpu, globals }: GpuSource): void {
  if (currentGpu()) return;
  const define = (on: object, name: string, value: unknown): void => {
    if (!(name in on))
      Object.defineProperty(on, name, { value, configurable: true, writable: true, enumerable: false });
  };
  for (const name of Object.keys(globals)) define(globalThis, name, globals[name]);
  // Node has a navigator from version 21 on; what looks at one expects it to have a userAgent.
  define(globalThis, 'navigator', { userAgent: `Node.js/${process.versions.node.split('.')[0]}` });
  define(navigator, 'gpu', gpu);
}

function currentGpu(): Gpu | undefined {
  return typeof navigator === 'object' ? (navigator as { gpu?: Gpu }).gpu : undefined;
}

function browserWithout(): NoGpu {
  if ((globalThis as { isSecureContext?: boolean }).isSecureContext === false)
    return {
      reason: 'the page is not a secure context, and browsers keep WebGPU from such',
      fix: 'serve it by https, or from localhost',
    };
  return {
    reason: 'this browser has no navigator.gpu',
    fix: 'use Chrome or Edge 113, Safari 26, Firefox 141 or later, with WebGPU and hardware acceleration switched on',
  };
}
