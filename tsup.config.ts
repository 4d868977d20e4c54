import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** One build for every package: ESM, CommonJS and types, with everything named in package.json left outside. */
export default defineConfig({
  entry: ['src/index.ts', ...(existsSync('src/internal.ts') ? ['src/internal.ts'] : [])],
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  sourcemap: true,
  // The sources travel in the package beside their maps, once.
  esbuildOptions(options) {
    options.sourcesContent = false;
  },
  clean: true,
  treeshake: true,
  splitting: true,
  removeNodeProtocol: false,
});
