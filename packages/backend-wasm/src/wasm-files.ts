import { EspalierError } from '@espalier/core';
import { inNode, nodeModule } from '@espalier/core/internal';

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

/**
 * The folder of the installed package's own files in Node, so that nothing is fetched; `undefined` in a browser.
 *
 * @throws EspalierError `backend-unavailable` where there is no such folder: the package is not installed, or the program was
 *   bundled and runs away from it.
 */
export async function installedWasmPaths(): Promise<string | undefined> {
  if (!inNode()) return undefined;
  const { createRequire } = await nodeModule<typeof import('node:module')>('node:module');
  const { dirname, join, sep } = await nodeModule<typeof import('node:path')>('node:path');
  // The CommonJS build has no `import.meta`; in ESM a `__filename` may be another's, as under `node --eval`.
  const here = (import.meta.url as string | undefined) ?? __filename;
  try {
    const entry = createRequire(here).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    return join(dirname(entry), 'dist') + sep;
  } catch (cause) {
    throw new EspalierError({
      code: 'backend-unavailable',
      scope: 'backend-wasm',
      message: `${NO_FOLDER}: ${NO_FOLDER_FIX}.`,
      cause,
    });
  }
}

/** Why there is no folder, as part of a sentence. */
export const NO_FOLDER = 'there is no folder of @tensorflow/tfjs-backend-wasm to take the .wasm files from';
export const NO_FOLDER_FIX =
  'npm install @tensorflow/tfjs-backend-wasm; in a bundled program that runs away from node_modules, copy the .wasm files ' +
  'of its dist/ along and name their folder: wasm({ wasmPaths: __dirname + "/" })';

/** The file that is missing under `paths`, if that can be told (in Node, for paths on disk). */
export async function missingWasmFile(paths: WasmPaths | undefined): Promise<string | undefined> {
  if (!inNode() || paths === undefined) return undefined;
  const name = 'tfjs-backend-wasm-simd.wasm';
  const file = typeof paths === 'string' ? paths + name : paths[name];
  if (file === undefined) return name;
  if (/^[a-z]{2,}:/i.test(file)) return undefined;
  const { existsSync } = await nodeModule<typeof import('node:fs')>('node:fs');
  return existsSync(file) ? undefined : file;
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * What a browser gets where it looks for the file, if that is no WebAssembly: a development server answers an unknown address
 * with its page.
 *
 * @returns The address and what came, as part of a sentence; `undefined` where the file is right or it cannot be told.
 */
export async function wrongWasmFile(paths: WasmPaths | undefined): Promise<string | undefined> {
  const { fetch, location } = globalThis as { fetch?: typeof globalThis.fetch; location?: { href: string } };
  if (!fetch || !location) return undefined;
  const name = 'tfjs-backend-wasm-simd.wasm';
  const file = typeof paths === 'object' ? paths[name]! : (paths ?? '') + name;
  const address = new URL(file, location.href).href;
  try {
    const answer = await fetch(address);
    if (!answer.ok) return `${address} answers ${answer.status}`;
    const start = new Uint8Array(await answer.arrayBuffer()).subarray(0, 4);
    if (MAGIC.every((byte, i) => start[i] === byte)) return undefined;
    return `${address} gives ${start[0] === 0x3c ? 'a page of HTML' : 'something else'}, not WebAssembly`;
  } catch (error) {
    return `${address} cannot be fetched (${String(error)})`;
  }
}
