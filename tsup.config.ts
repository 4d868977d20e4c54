import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** One build for every package: ESM and CommonJS, with everything named in package.json left outside. */
export default defineConfig({
  entry: ['src/index.ts', ...['src/internal.ts', 'src/cli.ts'].filter((file) => existsSync(file))],
  format: ['esm', 'cjs'],
  target: 'es2022',
  // Declarations are made for all packages at once, by build/declarations.ts.
  dts: false,
  sourcemap: true,
  // The sources travel in the package beside their maps, once.
  esbuildOptions(options) {
    options.sourcesContent = false;
  },
  clean: ['!**/*.d.{ts,cts}'],
  treeshake: true,
  splitting: true,
  removeNodeProtocol: false,
});
