import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What lies where the native library should be. */
type FakeLibrary = 'none' | 'damaged' | 'lonely' | 'harmless';

/** A folder that looks like tfjs-node, and is not. */
export interface FakePackage {
  /** Relative paths and contents of further files. */
  readonly files?: Readonly<Record<string, string>>;
  readonly library?: FakeLibrary;
}

const made: string[] = [];

/** Some addon that loads: it registers nothing and lies beside the libraries that it needs. */
function someAddon(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return join(root, 'bin', 'napi-v6', process.platform, process.arch, 'onnxruntime_binding.node');
}

/** Makes a package folder in the temporary folder of the system. */
export function fakePackage({ files = {}, library = 'none' }: FakePackage = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-fake-'));
  made.push(folder);
  const manifest = {
    name: '@tensorflow/tfjs-node',
    version: '4.22.0',
    main: 'index.js',
    binary: {
      module_name: 'tfjs_binding',
      module_path: './lib/napi-v{napi_build_version}',
      napi_versions: [3, 8, 99],
    },
  };
  const all = { 'package.json': JSON.stringify(manifest), 'index.js': 'module.exports = {};', ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const addon = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
  mkdirSync(dirname(addon), { recursive: true });
  if (library === 'damaged') writeFileSync(addon, 'no library');
  // A copy is far from the shared library that the original needs; a link is loaded where the original is.
  if (library === 'lonely') cpSync(someAddon(), addon);
  if (library === 'harmless') symlinkSync(someAddon(), addon);
  return folder;
}

/** Removes what {@link fakePackage} made. */
export function removeFakePackages(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}
