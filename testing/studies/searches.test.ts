import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { hasRedis } from '../../packages/tuning-bullmq/testing/own-redis.js';
import { root } from '../support/workspaces.js';

const out = mkdtempSync(join(tmpdir(), 'searches-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Runs an example on the digits of MNIST. */
async function run(name: string, ...options: readonly string[]): Promise<string> {
  const main = join(root, 'examples', name, 'src/main.ts');
  const args = ['--conditions=@espalier/source', '--import', 'tsx', main, '--quick', ...options];
  return (await promisify(execFile)(process.execPath, args, { cwd: root })).stdout;
}

test('the quick form of the search runs, and goes on where it is started again', async () => {
  const study = join(out, 'mnist.jsonl');
  const first = await run('tuning', '--study', study, '--trials', '3');
  expect(first.match(/^trial +\d+ /gm)).toHaveLength(3);
  const again = await run('tuning', '--study', study);
  expect(again).toContain('3 trials were there already');
  expect(again.match(/^trial +\d+ /gm)).toHaveLength(1);
  expect(Number(/accuracy over the folds: ([\d.]+)/.exec(again)![1])).toBeGreaterThan(0.5);
}, 300_000);

test.runIf(hasRedis)(
  'the quick form of the search over processes ends though a worker is killed',
  async () => {
    const said = await run('tuning-bullmq');
    expect(said).toContain('a worker is killed');
    expect(said.match(/^trial \d+ {2}(complete|pruned)/gm)).toHaveLength(4);
    expect(said).toMatch(/^best: \d/m);
  },
  300_000,
);
