import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { chunkEntries, removeChunkEntries } from './build/chunk-entries.js';

const named = ['index', 'internal', 'cli'].filter((name) => existsSync(`src/${name}.ts`));
const chunks = chunkEntries(
  process.cwd(),
  named.map((name) => `src/${name}.ts`),
);

/** One build for every package: ESM and CommonJS, with everything named in package.json left outside. */
export default defineConfig({
  entry: { ...Object.fromEntries(named.map((name) => [name, `src/${name}.ts`])), ...chunks },
  format: ['esm', 'cjs'],
  target: 'es2022',
  // Declarations are made for all packages at once, by build/declarations.ts.
  dts: false,
  sourcemap: true,
  // The sources travel in the package beside their maps, once.
  esbuildOptions(options) {
    options.sourcesContent = false;
    // The entries that only part the chunks import modules, and want nothing of them.
    options.logOverride = { 'ignored-bare-import': 'silent' };
  },
  clean: ['!**/*.d.{ts,cts}'],
  treeshake: true,
  splitting: true,
  removeNodeProtocol: false,
  onSuccess: async () => removeChunkEntries(process.cwd(), Object.keys(chunks)),
});
