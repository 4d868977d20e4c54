import { EspalierError } from '@espalier/core';

/** Where the three `.wasm` files lie: a folder or URL prefix ending in `/`, or one path for each file. */
export type WasmPaths = string | Readonly<Record<string, string>>;

/** The three files. */
export const WASM_FILES = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;

/** A folder, or a path for each of the three files, which TensorFlow.js wants all. */
export function isWasmPaths(value: unknown): value is WasmPaths {
  if (typeof value === 'string') return /[/\\]$/.test(value);
  if (typeof value !== 'object' || value === null) return false;
  const names: readonly string[] = WASM_FILES;
  const entries = Object.entries(value);
  return (
    entries.length === names.length &&
    entries.every(([name, path]) => names.includes(name) && typeof path === 'string' && path !== '')
  );
}

const inNode = (): boolean =>
  typeof process === 'object' && typeof process.versions === 'object' && process.versions.node !== undefined;

// Named by a variable, so that bundlers for browsers leave the import alone.
const nodeModule = (name: string): Promise<unknown> => import(/* @vite-ignore */ `node:${name}`);

/**
 * The folder of the installed package's own files in Node, so that nothing is fetched; `undefined` in a browser.
 *
 * @throws EspalierError `backend-unavailable` when `@tensorflow/tfjs-backend-wasm` is not installed.
 */
export async function installedWasmPaths(): Promise<string | undefined> {
  if (!inNode()) return undefined;
  const { createRequire } = (await nodeModule('module')) as typeof import('node:module');
  const { dirname, join, sep } = (await nodeModule('path')) as typeof import('node:path');
  const here = typeof __filename === 'string' ? __filename : import.meta.url;
  try {
    const entry = createRequire(here).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    return join(dirname(entry), 'dist') + sep;
  } catch (cause) {
    throw new EspalierError({
      code: 'backend-unavailable',
      scope: 'backend-wasm',
      message: '@tensorflow/tfjs-backend-wasm is not installed: npm install @tensorflow/tfjs-backend-wasm',
      cause,
    });
  }
}

/** The file that is missing under `paths`, if that can be told (in Node, for paths on disk). */
export async function missingWasmFile(paths: WasmPaths | undefined): Promise<string | undefined> {
  if (!inNode() || paths === undefined) return undefined;
  const name = 'tfjs-backend-wasm-simd.wasm';
  const file = typeof paths === 'string' ? paths + name : paths[name];
  if (file === undefined) return name;
  if (/^[a-z]{2,}:/i.test(file)) return undefined;
  const { existsSync } = (await nodeModule('fs')) as typeof import('node:fs');
  return existsSync(file) ? undefined : file;
}
