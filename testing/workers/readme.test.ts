import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentSnippets } from '../documentation/snippets.js';
import { mustRun, tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';

test('the program of the README, in its two files, trains in a thread until it is stopped', async () => {
  const folder = join(root, '.espalier/workers-readme');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // The page's first program goes on in two further blocks: the main thread in Node, then in a browser.
  const [program] = documentSnippets('packages/workers/README.md');
  const [jobs, main] = program!.code.split(/^\/\/ import type .*$|^const inBrowser/m);
  for (const [name, code] of Object.entries({ 'train.worker': jobs!, main: main! })) {
    writeFileSync(join(folder, `${name}.ts`), code);
    await mustRun(tool('esbuild'), [
      join(folder, `${name}.ts`),
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--conditions=@espalier/source',
      '--external:@tensorflow/*',
      '--external:cli-progress',
      `--outfile=${join(folder, `${name}.js`)}`,
    ]);
  }
  const printed = (await mustRun('node', ['main.js'], { cwd: folder })).trim().split('\n');
  expect(printed.at(-1)).toMatch(/^stopped good enough \[\s*'hidden_1\/kernel'/);
  expect(printed.find((line) => line.startsWith('0 '))).toMatch(/^0 \d\.\d+$/);
});
