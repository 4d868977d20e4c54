import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, defaultClientConditions } from 'vite';
import { expect, test } from 'vitest';
import { mustRun, tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';

interface Project {
  readonly package: string;
  /** What it loads at runtime, and is not installed here. */
  readonly missing: string;
  /** A program that says whether it runs. */
  readonly program: string;
}

const projects: readonly Project[] = [
  {
    package: 'compile',
    missing: 'onnxruntime-web',
    program:
      "import { compiled } from '@espalier/compile';\nexport const answer = compiled().isAvailable();\n",
  },
  {
    package: 'backend-webgpu',
    missing: '@tensorflow/tfjs-backend-webgpu',
    program:
      "import { webgpu } from '@espalier/backend-webgpu';\nexport const answer = webgpu().isAvailable();\n",
  },
];

/** A project that has one package of ours and not what that loads at runtime. */
async function projectWithoutRuntime(folder: string, { package: name, program }: Project): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@espalier', name), { recursive: true });
  await mkdir(join(modules, '@tensorflow'));
  // A copy: the sources of a link would find what is installed beside the original.
  for (const part of ['package.json', 'src'])
    await cp(join(root, 'packages', name, part), join(modules, '@espalier', name, part), {
      recursive: true,
    });
  await symlink(join(root, 'packages/core'), join(modules, '@espalier/core'));
  for (const name of ['tfjs-core', 'tfjs-layers'])
    await symlink(join(root, 'node_modules/@tensorflow', name), join(modules, '@tensorflow', name));
  await writeFile(join(folder, 'main.js'), program);
  await writeFile(join(folder, 'index.html'), '<script type="module" src="./main.js"></script>');
}

test.each(projects)(
  '$package bundles for browsers without $missing installed',
  async (project) => {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bundle-'));
    try {
      await projectWithoutRuntime(folder, project);
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
      expect(warnings.filter((text) => /onnxruntime|webgpu/.test(text))).toEqual([]);
      const files = await readdir(join(folder, 'dist/assets'));
      const code = await Promise.all(
        files.map((file) => readFile(join(folder, 'dist/assets', file), 'utf8')),
      );
      expect(code.some((text) => text.includes(project.missing))).toBe(true);

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
  },
  180_000,
);
