import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { mustRun, tool } from '../support/run-command.js';
import { readJson, root } from '../support/workspaces.js';
import type { Manifest } from '../support/workspaces.js';
import type { PackedPackage } from './pack-packages.js';
import { importedPackages, runnableSnippets } from './snippets.js';
import { training } from './training.js';

const tensorflow = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-cpu'];

const quote = (text: string): string => JSON.stringify(text);

/** Installs the tarballs with their peers in an empty project, as a stranger would. */
export async function installConsumer(folder: string, packed: readonly PackedPackage[]): Promise<void> {
  const { devDependencies = {} } = readJson<Manifest>(join(root, 'package.json'));
  const ours = new Set(packed.map(({ manifest }) => manifest.name));
  const imported = runnableSnippets().flatMap(({ code }) => importedPackages(code));
  // The compiled executor finds ONNX Runtime by itself.
  const others = [...tensorflow, 'onnxruntime-node', ...imported].filter((name) => !ours.has(name));
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name: 'consumer',
    private: true,
    version: '1.0.0',
    dependencies: Object.fromEntries([
      ...packed.map(({ manifest: { name }, tarball }) => [name, `file:${tarball}`]),
      ...others.map((name): [string, string] => [name, devDependencies[name] ?? '*']),
    ]),
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  await mustRun(
    'npm',
    ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: folder },
  );
}

/** Runs a program in the consumer's folder. */
async function runIn(folder: string, file: string, program: string): Promise<string> {
  writeFileSync(join(folder, file), program);
  return mustRun('node', [file], { cwd: folder });
}

/**
 * Imports every package as ESM and as CommonJS and holds the exported names against those of the sources.
 *
 * @returns What differs, a line each.
 */
export async function checkImports(folder: string, packed: readonly PackedPackage[]): Promise<string[]> {
  const names = packed.map(({ manifest }) => manifest.name);
  const report = 'console.log(JSON.stringify(found))';
  const esm = await runIn(
    folder,
    'imports.mjs',
    `const found = {};\n${names.map((n) => `found[${quote(n)}] = Object.keys(await import(${quote(n)})).sort();`).join('\n')}\n${report}\n`,
  );
  const cjs = await runIn(
    folder,
    'imports.cjs',
    `const found = {};\n${names.map((n) => `found[${quote(n)}] = Object.keys(require(${quote(n)})).sort();`).join('\n')}\n${report}\n`,
  );
  const problems: string[] = [];
  const built = JSON.parse(esm) as Record<string, string[]>;
  const common = JSON.parse(cjs) as Record<string, string[]>;
  for (const { manifest, directory } of packed) {
    const source = Object.keys((await import(join(directory, 'src/index.ts'))) as object).sort();
    for (const [kind, found] of [
      ['ESM', built],
      ['CommonJS', common],
    ] as const) {
      const have = found[manifest.name] ?? [];
      const lacking = source.filter((name) => !have.includes(name));
      const extra = have.filter((name) => !source.includes(name) && name !== 'default');
      if (lacking.length) problems.push(`${manifest.name} as ${kind} lacks ${lacking.join(', ')}`);
      if (extra.length)
        problems.push(`${manifest.name} as ${kind} has, unlike its source, ${extra.join(', ')}`);
    }
  }
  return problems;
}

/** Trains with what was installed, once as ESM and once as CommonJS. */
export async function checkTraining(folder: string): Promise<string> {
  for (const [file, module] of [
    ['training.mjs', ts.ModuleKind.ES2022],
    ['training.cjs', ts.ModuleKind.CommonJS],
  ] as const) {
    const compilerOptions = { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    writeFileSync(join(folder, file), ts.transpileModule(training, { compilerOptions }).outputText);
  }
  const esm = await mustRun('node', ['training.mjs'], { cwd: folder });
  const cjs = await mustRun('node', ['training.cjs'], { cwd: folder });
  if (esm !== cjs) throw new Error(`ESM and CommonJS trained differently:\n${esm}\n${cjs}`);
  return esm.trim();
}

/** Type-checks the training and an import of everything under the two resolutions that consumers use. */
export async function checkConsumerTypes(folder: string, packed: readonly PackedPackage[]): Promise<void> {
  const namespaces = packed
    .map(({ manifest: { name } }, index) => `import * as package${index} from ${quote(name)};`)
    .join('\n');
  const used = packed.map((_, index) => `package${index}`).join(', ');
  for (const [kind, type, module, moduleResolution] of [
    ['nodenext-esm', 'module', 'nodenext', 'nodenext'],
    ['nodenext-commonjs', 'commonjs', 'nodenext', 'nodenext'],
    ['bundler', 'module', 'esnext', 'bundler'],
  ] as const) {
    const project = join(folder, `types-${kind}`);
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(project, 'everything.ts'), `${namespaces}\nexport const everything = [${used}];\n`);
    writeFileSync(join(project, 'training.ts'), training);
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2022', 'dom'],
      module,
      moduleResolution,
      types: [],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['everything.ts', 'training.ts'] }),
    );
    await mustRun(tool('tsc'), ['--project', project], { cwd: folder });
  }
}
