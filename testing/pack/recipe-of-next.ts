import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { mustRun } from '../support/run-command.js';
import { pageOutcome } from './page-outcome.js';
import type { RecipeContext, RecipeResult } from './recipes.js';
import { makeProject, type Outcome, QUIET } from './recipe-project.js';

/** A port of this machine that is free now. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Asks until the server answers. */
async function answer(url: string, left = 60): Promise<Response> {
  try {
    return await fetch(url);
  } catch (error) {
    if (left === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return answer(url, left - 1);
  }
}

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
  const port = await freePort();
  const server = spawn('node', ['server.js'], {
    cwd: away,
    env: { ...process.env, ...env, PORT: String(port), HOSTNAME: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  try {
    const route = await answer(`http://127.0.0.1:${port}/api/train`);
    if (!route.ok) throw new Error(`the route answers ${route.status}\n${said}`);
    const onServer = (await route.json()) as Outcome;
    const inBrowser = await pageOutcome<Outcome>(`http://127.0.0.1:${port}/`);
    const version = (await mustRun('npx', ['next', '--version'], { cwd, env })).trim();
    return { trained: [onServer, inBrowser], said: version };
  } finally {
    server.kill();
  }
}
