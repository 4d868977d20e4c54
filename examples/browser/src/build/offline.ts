import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Plugin, transformWithEsbuild } from 'vite';

/** Of engines that are not the page's own (ONNX Runtime), and of pictures in files: kept when they were loaded once. */
const ON_DEMAND = /\bort[.-]|asyncify|jsep|webgpu|onnx-generator|mozjpeg/;

/** A Vite plugin: after a build, writes the service worker with the list of files that it keeps. */
export function offline(): Plugin {
  let root = '';
  let outDir = '';
  return {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = resolve(root, config.build.outDir);
    },
    async closeBundle() {
      const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'service-worker.js')
        .map((entry) => relative(outDir, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
        .filter((file) => !ON_DEMAND.test(file) && !file.endsWith('.map'))
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(outDir, file)));
      const source = join(root, 'src/service-worker.ts');
      const { code } = await transformWithEsbuild(readFileSync(source, 'utf8'), source, {
        define: {
          __FILES__: JSON.stringify(files),
          __VERSION__: JSON.stringify(hash.digest('hex').slice(0, 16)),
        },
        format: 'iife',
        sourcemap: false,
      });
      writeFileSync(join(outDir, 'service-worker.js'), code);
    },
  };
}
