import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../support/workspaces.js';
import { mustRun, tool } from '../support/run-command.js';
import { folderOutcome, pageOutcome } from './page-outcome.js';
import type { RecipeContext, RecipeResult } from './recipes.js';
import { makeProject, type Outcome, QUIET } from './recipe-project.js';
import { withServer } from './run-server.js';
import { type Predictions, putModels } from './saved-models.js';

/** The .wasm files of ONNX Runtime that a bundle took along: one, where one is used. */
function runtimeFiles(folder: string): string {
  const found = filesUnder(folder).filter((file) => file.endsWith('.wasm') && statSync(file).size > 5e6);
  if (found.length !== 1)
    throw new Error(`has ${found.length} files of ONNX Runtime: ${found.join(', ') || 'none'}`);
  return `${(statSync(found[0]!).size / 1e6).toFixed(0)} MB of ONNX Runtime`;
}

const last = <T>(stdout: string): T => JSON.parse(stdout.trim().split('\n').at(-1)!) as T;

/** One CommonJS file, run away from node_modules. */
export async function esbuildRecipe({ folder, packed }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(join(folder, 'project'), packed, { files: ['esbuild'] });
  await mustRun('npm', ['install', ...QUIET], { cwd });
  const away = join(folder, 'away');
  await mustRun(
    tool('esbuild'),
    [
      'program.mjs',
      '--bundle',
      '--format=cjs',
      '--platform=node',
      '--log-level=error',
      `--outfile=${away}/program.cjs`,
    ],
    { cwd },
  );
  const wasm = join(cwd, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
  for (const name of readdirSync(wasm).filter((file) => file.endsWith('.wasm')))
    cpSync(join(wasm, name), join(away, name));
  rmSync(cwd, { recursive: true });
  const outcome = last<Outcome>(await mustRun('node', ['program.cjs'], { cwd: away, timeout: 120_000 }));
  return { trained: [outcome], said: 'one CommonJS file' };
}

/** A page, and the files of TensorFlow.js and ONNX Runtime beside it. */
export async function webpackRecipe({ folder, packed }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, {
    files: ['webpack'],
    training: 'src',
    dependencies: { webpack: '5', 'webpack-cli': '*' },
  });
  await mustRun('npm', ['install', ...QUIET], { cwd });
  const printed = await mustRun('npx', ['webpack', '--no-color'], { cwd });
  if (/WARNING|ERROR/.test(printed)) throw new Error(printed);
  const dist = join(cwd, 'dist');
  const outcome = await folderOutcome<Outcome>(dist, '<!doctype html><script src="./main.js"></script>');
  return { trained: [outcome], said: runtimeFiles(dist) };
}

/** What the page of the Vite project gives. */
interface PageOutcome {
  readonly trained: Outcome;
  readonly predicted: Predictions;
}

/** A page that trains in a worker and reads models: from Vite's development server, and built. */
export async function viteRecipe({ folder, packed }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, {
    files: ['vite'],
    training: 'src',
    dependencies: { vite: '*' },
  });
  await mustRun('npm', ['install', ...QUIET], { cwd });
  await putModels(cwd, 'public/models');
  // Not by npx: ending that would leave the server running.
  const vite = join(cwd, 'node_modules/vite/bin/vite.js');
  const server = {
    cwd,
    start: (port: number) =>
      ['node', vite, '--host', '127.0.0.1', '--strictPort', '--port', String(port)] as const,
  };
  const served = await withServer(server, (address) => pageOutcome<PageOutcome>(address));
  await mustRun('node', [vite, 'build', '--logLevel', 'warn'], { cwd });
  const dist = join(cwd, 'dist');
  const built = await folderOutcome<PageOutcome>(dist);
  return {
    trained: [served.trained, built.trained],
    predicted: [served.predicted, built.predicted],
    said: `development server, and built: ${runtimeFiles(dist)}`,
  };
}

/** A function with its node_modules, of which only this machine's part of ONNX Runtime is kept. */
export async function serverlessRecipe({ folder, packed }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, { files: ['serverless'] });
  await mustRun('npm', ['install', '--omit=dev', ...QUIET], { cwd });
  const runtime = join(cwd, 'node_modules/onnxruntime-node');
  const megabytes = (): string =>
    `${(filesUnder(runtime).reduce((sum, file) => sum + statSync(file).size, 0) / 1e6).toFixed(0)} MB`;
  const before = megabytes();
  await mustRun('node', ['prune.mjs'], { cwd });
  const call =
    "import('./handler.mjs').then(({ handler }) => handler()).then(({ body }) => console.log(body))";
  const outcome = last<Outcome>(await mustRun('node', ['--eval', call], { cwd, timeout: 120_000 }));
  return { trained: [outcome], said: `onnxruntime-node ${before}, pruned ${megabytes()}` };
}
