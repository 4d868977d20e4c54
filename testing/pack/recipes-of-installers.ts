import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../support/run-command.js';
import { type Manifest, readJson, root } from '../support/workspaces.js';
import type { RecipeContext, RecipeResult } from './recipes.js';
import { makeProject, type Outcome, QUIET } from './recipe-project.js';
import { type Predictions, putModels } from './saved-models.js';

const program = { files: ['node'] };

/** What the program printed, without what it says of its files. */
function outcomeOf(stdout: string): Outcome {
  const { best, lines, ...outcome } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Outcome & {
    best: number;
    lines: number;
  };
  if (lines !== 9 || best !== 8) throw new Error(`its files have ${lines} lines and epoch ${best}`);
  return outcome;
}

const run = async (command: string, args: readonly string[], cwd: string): Promise<Outcome> =>
  outcomeOf(await mustRun(command, args, { cwd, timeout: 120_000 }));

/** Installed by two versions of npm. */
export async function npmRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  const trained: Outcome[] = [];
  for (const [major, npm] of Object.entries(tools.npms)) {
    const cwd = makeProject(join(folder, major), packed, program);
    await mustRun('node', [npm, 'install', ...QUIET], { cwd });
    trained.push(await run('node', ['program.mjs'], cwd));
  }
  return { trained, said: `npm ${Object.keys(tools.npms).join(', ')}` };
}

/** Run by each version of Node. */
export async function nodeRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, program);
  await mustRun('npm', ['install', ...QUIET], { cwd });
  const trained: Outcome[] = [];
  const versions: string[] = [];
  for (const node of Object.values(tools.nodes)) {
    versions.push((await mustRun(node, ['--version'])).trim());
    trained.push(await run(node, ['program.mjs'], cwd));
  }
  return { trained, said: versions.join(', ') };
}

export async function pnpmRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, { files: ['node', 'pnpm'] });
  const { dependencies } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const ours = Object.entries(dependencies).filter(([name]) => name.startsWith('@espalier/'));
  const overrides = ours.map(([name, file]) => `  '${name}': '${file}'\n`).join('');
  appendFileSync(join(cwd, 'pnpm-workspace.yaml'), `overrides:\n${overrides}`);
  await mustRun(tools.pnpm, ['install', '--no-frozen-lockfile', '--prefer-offline'], { cwd });
  return {
    trained: [await run('node', ['program.mjs'], cwd)],
    said: `pnpm ${(await mustRun(tools.pnpm, ['--version'], { cwd })).trim()}`,
  };
}

/** Yarn without node_modules. */
export async function yarnRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, { files: ['node', 'yarn'], overriding: 'resolutions' });
  const registry = (await mustRun('npm', ['config', 'get', 'registry'])).trim();
  const env = {
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
    YARN_GLOBAL_FOLDER: join(tools.folder, 'yarn'),
  };
  await mustRun('node', [tools.yarn, 'install'], { cwd, env });
  const stdout = await mustRun('node', [tools.yarn, 'node', 'program.mjs'], { cwd, env, timeout: 120_000 });
  const version = (await mustRun('node', [tools.yarn, '--version'], { cwd, env })).trim();
  return { trained: [outcomeOf(stdout)], said: `Yarn ${version}, Plug'n'Play` };
}

export async function bunRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, { ...program, overriding: 'overrides' });
  const registry = (await mustRun('npm', ['config', 'get', 'registry'])).trim();
  await mustRun(tools.bun, ['install', '--ignore-scripts'], { cwd, env: { BUN_CONFIG_REGISTRY: registry } });
  return {
    trained: [await run(tools.bun, ['program.mjs'], cwd)],
    said: `Bun ${(await mustRun(tools.bun, ['--version'])).trim()}`,
  };
}

/** Run by Deno, from the `node_modules` that npm makes. */
export async function denoRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, program);
  await mustRun('npm', ['install', ...QUIET], { cwd });
  const args = ['run', '--allow-all', '--node-modules-dir=manual', 'program.mjs'];
  const env = { DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(tools.folder, 'deno') };
  const stdout = await mustRun(tools.deno, args, { cwd, env, timeout: 120_000 });
  const [version] = (await mustRun(tools.deno, ['--version'])).split(' (');
  return { trained: [outcomeOf(stdout)], said: version! };
}

/** Jest with ES modules, which its default refuses, and with the typed arrays of native code; and its default. */
export async function jestRecipe({ folder, packed }: RecipeContext): Promise<RecipeResult> {
  const cpu = readJson<Manifest>(join(root, 'package.json')).devDependencies![
    '@tensorflow/tfjs-backend-cpu'
  ]!;
  const cwd = makeProject(folder, packed, {
    files: ['jest'],
    dependencies: { jest: '*', '@tensorflow/tfjs-backend-cpu': cpu },
  });
  await mustRun('npm', ['install', ...QUIET], { cwd });
  await putModels(cwd, 'models');
  const jest = async (args: readonly string[], env: Record<string, string>): Promise<string[]> => {
    const printed = await mustRun('npx', ['jest', '--ci', ...args], { cwd, env, timeout: 120_000 });
    return printed.split('\n').filter((line) => line.startsWith('{'));
  };
  const modules = await jest([], { NODE_OPTIONS: '--experimental-vm-modules' });
  const plain = await jest(['--config', JSON.stringify({ testMatch: ['**/*.test.cjs'] })], {});
  const outcomes = [...modules, ...plain].map((line) => JSON.parse(line) as Outcome & Predictions);
  return {
    trained: outcomes.filter(({ wasm }) => wasm),
    predicted: outcomes.filter(({ keras }) => keras),
    said: 'with --experimental-vm-modules, and its default',
  };
}
