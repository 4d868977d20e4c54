import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../support/run-command.js';
import { pageOutcome } from './page-outcome.js';
import type { RecipeContext, RecipeResult } from './recipes.js';
import { makeProject, type Outcome, QUIET } from './recipe-project.js';
import { withServer } from './run-server.js';

/** A page that trains in the browser and a route that trains on the server, from what `output: 'standalone'` puts together. */
export async function nextRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(join(folder, 'project'), packed, {
    files: ['next'],
    training: 'app',
    dependencies: { next: '*', react: '*', 'react-dom': '*' },
  });
  await mustRun('node', [tools.npms[11], 'install', ...QUIET], { cwd });
  const files = join(cwd, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
  mkdirSync(join(cwd, 'public/wasm'), { recursive: true });
  for (const name of readdirSync(files).filter((file) => file.endsWith('.wasm')))
    cpSync(join(files, name), join(cwd, 'public/wasm', name));
  const env = { NEXT_TELEMETRY_DISABLED: '1' };
  await mustRun('npx', ['next', 'build'], { cwd, env });

  // As its Dockerfile does: the server with what was traced, and what a browser gets beside it.
  const away = join(folder, 'away');
  cpSync(join(cwd, '.next/standalone'), away, { recursive: true });
  cpSync(join(cwd, 'public'), join(away, 'public'), { recursive: true });
  cpSync(join(cwd, '.next/static'), join(away, '.next/static'), { recursive: true });
  const server = { cwd: away, env, start: () => ['node', 'server.js'] as const };
  return withServer(server, async (address) => {
    const route = await fetch(`${address}api/train`);
    if (!route.ok) throw new Error(`the route answers ${route.status}`);
    const onServer = (await route.json()) as Outcome;
    const inBrowser = await pageOutcome<Outcome>(address);
    const version = (await mustRun('npx', ['next', '--version'], { cwd, env })).trim();
    return { trained: [onServer, inBrowser], said: version };
  });
}
