import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { mustRun } from '../support/run-command.js';
import type { RecipeContext, RecipeResult } from './recipes.js';
import { makeProject, type Outcome, QUIET } from './recipe-project.js';

interface Trial {
  readonly state: string;
  readonly values: readonly number[];
}

const lastLine = (stdout: string): string => stdout.trim().split('\n').at(-1)!;

/** One search over threads, kept in memory, in a journal and in SQLite, by several versions of Node; and the command line. */
export async function tuningRecipe({ folder, packed, tools }: RecipeContext): Promise<RecipeResult> {
  const cwd = makeProject(folder, packed, {
    files: ['tuning'],
    ours: ['tuning', 'visualization'],
    dependencies: { libsql: '*' },
  });
  await mustRun('npm', ['install', ...QUIET], { cwd });
  const trained: Outcome[] = [];
  const search = async (node: string, kind: string, trials: number): Promise<readonly Trial[]> => {
    const stdout = await mustRun(node, ['program.mjs', kind], {
      cwd,
      env: { TRIALS: String(trials) },
      timeout: 120_000,
    });
    const said = JSON.parse(lastLine(stdout)) as { trials: readonly Trial[]; outcome: Outcome };
    trained.push(said.outcome);
    return said.trials;
  };
  const whole = await search(tools.nodes['22'], 'memory', 6);
  if (whole.length !== 6 || whole.some(({ state }) => state !== 'complete'))
    throw new Error(`the search gave ${JSON.stringify(whole)}`);
  const same = (trials: unknown, what: string): void => {
    if (!isDeepStrictEqual(trials, whole))
      throw new Error(`${what} gave ${JSON.stringify(trials)}, in memory it was ${JSON.stringify(whole)}`);
  };
  // Each version of Node goes on with what the one before it began; the first has libsql, the others Node's own SQLite.
  for (const [i, node] of Object.values(tools.nodes).entries()) {
    const trials = await search(node, 'sqlite', 2 * (i + 1));
    if (trials.length === 6) same(trials, 'SQLite');
  }
  await search(tools.nodes['20'], 'journal', 3);
  const path = 'runs/search.jsonl';
  const cli = (args: readonly string[], env: Record<string, string> = {}): Promise<string> =>
    mustRun('npx', ['@espalier/tuning', ...args], { cwd, env, timeout: 120_000 });
  const resumed = await cli(['resume', path], { TRIALS: '6' });
  same((JSON.parse(lastLine(resumed)) as { trials: unknown }).trials, 'a resumed journal');
  const least = Math.min(...whole.map(({ values }) => values[0]!));
  const expected: [args: string[], text: RegExp][] = [
    [['show', path], /6 complete/],
    [['best', path, '--json'], new RegExp(`${least}`)],
    [['report', path], /learningRate/],
    [['report', path, '--html', 'search.html'], /search\.html/],
    [['show', 'runs/search.db'], /6 complete/],
  ];
  for (const [args, text] of expected) {
    const said = await cli(args);
    if (!text.test(said)) throw new Error(`npx @espalier/tuning ${args.join(' ')} said: ${said}`);
  }
  if (!readFileSync(join(cwd, 'search.html'), 'utf8').includes('<svg'))
    throw new Error('the page of the search has no pictures');
  return {
    trained,
    said: `memory, journal, SQLite of libsql and of Node ${Object.keys(tools.nodes).slice(1).join(', ')}; command line`,
  };
}

/** A search whose trials run in two processes over a Redis of its own, one of which is killed. */
export async function tuningBullmqRecipe({ folder, packed }: RecipeContext): Promise<RecipeResult> {
  if (spawnSync('redis-server', ['--version']).status !== 0)
    throw new Error('this recipe needs redis-server (sudo apt-get install redis-server)');
  const cwd = makeProject(folder, packed, { files: ['tuning-bullmq'], ours: ['tuning', 'tuning-bullmq'] });
  await mustRun('npm', ['install', ...QUIET], { cwd });
  const path = join(cwd, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', path, '--dir', cwd];
  const server = spawn('redis-server', [...options, '--appendonly', 'yes', '--appendfsync', 'always'], {
    stdio: 'ignore',
  });
  try {
    const stdout = await mustRun('node', ['program.mjs', path], { cwd, timeout: 240_000 });
    const said = JSON.parse(lastLine(stdout)) as {
      onServers: readonly Trial[];
      here: readonly Trial[];
      outcome: Outcome;
    };
    if (said.onServers.length !== 8 || !isDeepStrictEqual(said.onServers, said.here))
      throw new Error(
        `two processes gave ${JSON.stringify(said.onServers)}, one ${JSON.stringify(said.here)}`,
      );
    return { trained: [said.outcome], said: '8 of 8 trials, one process of two killed' };
  } finally {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  }
}
