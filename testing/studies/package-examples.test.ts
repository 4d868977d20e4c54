import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { examples } from '../support/workspaces.js';

/** Run in another way: by tests of their own, by `npm start`, or only where a GPU, a browser or tfjs-node is there. */
const ELSEWHERE =
  /^(browser|mnist-regularization|studies-kit|report-\d|tuning|tuning-bullmq|backend-(node|node-gpu|webgpu))$/;

/** Lines without what hangs on the machine and on spacing. */
const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/-?\d[\d.,]*(e[+-]?\d+)?/g, '#')
        .replace(/[\s|─-]+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '' && line !== '...');

test.each(examples().filter(({ folder }) => !ELSEWHERE.test(folder)))(
  'the example $folder prints what its README shows, but for the numbers',
  async ({ directory }) => {
    const args = ['--conditions=@espalier/source', '--import', 'tsx', 'src/main.ts'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory });
    const said = lines(stdout);
    expect(said).not.toEqual([]);
    const readme = readFileSync(join(directory, 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/```text\n([\s\S]*?)```/g)].flatMap(([, block]) => lines(block!));
    expect(shown.filter((line) => !said.includes(line))).toEqual([]);
  },
  300_000,
);
