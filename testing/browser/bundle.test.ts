import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, defaultClientConditions } from 'vite';
import { expect, test } from 'vitest';
import { mustRun, tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';

/** A project that has @espalier/compile and no ONNX Runtime, with a program that says whether compiled steps run. */
async function projectWithoutRuntime(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@espalier/compile'), { recursive: true });
  await mkdir(join(modules, '@tensorflow'));
  // A copy: the sources of a link would find what is installed beside the original.
  for (const part of ['package.json', 'src'])
    await cp(join(root, 'packages/compile', part), join(modules, '@espalier/compile', part), {
      recursive: true,
    });
  await symlink(join(root, 'packages/core'), join(modules, '@espalier/core'));
  for (const name of ['tfjs-core', 'tfjs-layers'])
    await symlink(join(root, 'node_modules/@tensorflow', name), join(modules, '@tensorflow', name));
  await writeFile(
    join(folder, 'main.js'),
    `import { compiled } from '@espalier/compile';\nexport const answer = compiled().isAvailable();\n`,
  );
  await writeFile(join(folder, 'index.html'), '<script type="module" src="./main.js"></script>');
}

test('bundles for browsers without ONNX Runtime installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-bundle-'));
  try {
    await projectWithoutRuntime(folder);
    const warnings: string[] = [];
    await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      resolve: { conditions: ['@espalier/source', ...defaultClientConditions] },
      build: {
        minify: false,
        target: 'esnext',
        rollupOptions: { onwarn: ({ message }) => warnings.push(message) },
      },
    });
    expect(warnings.filter((text) => text.includes('onnxruntime'))).toEqual([]);
    const files = await readdir(join(folder, 'dist/assets'));
    const code = await Promise.all(files.map((file) => readFile(join(folder, 'dist/assets', file), 'utf8')));
    expect(code.some((text) => text.includes('onnxruntime-web'))).toBe(true);

    // esbuild, which many other tools are made of.
    const bundle = join(folder, 'bundle.mjs');
    await mustRun(tool('esbuild'), [
      join(folder, 'main.js'),
      '--bundle',
      '--format=esm',
      '--platform=browser',
      '--conditions=@espalier/source',
      `--outfile=${bundle}`,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
