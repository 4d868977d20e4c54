import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../testing/programs.ts', import.meta.url));

test.each([
  ['idle', '1\nover\n'],
  ['close', '1\nover\n'],
  ['terminate', '1\naborted\nover\n'],
])('a process with a pool ends by itself: %s', (what, printed) => {
  const args = ['--conditions=@espalier/source', '--import', 'tsx', program, what];
  // A process that hangs is killed, and has no status then.
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 40_000 });
  expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: printed });
});
