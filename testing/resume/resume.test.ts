import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('./run.ts', import.meta.url));

interface Ending {
  readonly output: string;
  readonly signal: string | undefined;
}

function run(args: readonly string[]): Promise<Ending> {
  const node = ['--conditions=@espalier/source', '--import', 'tsx', script, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, node, (error, stdout, stderr) => {
      const output = stdout.split('\n').find((line) => line.startsWith('{')) ?? stderr;
      resolve({ output, signal: error?.signal ?? undefined });
    });
  });
}

describe('a run killed in the middle of an epoch', () => {
  test.each([
    ['sgd', 'eager'],
    ['momentum', 'eager'],
    ['adam', 'eager'],
    ['adamW', 'eager'],
    ['adam', 'onnx'],
    ['adam', 'wasm'],
  ])('with %s, %s, goes on in a new process to the same bits', async (optimizer, executor) => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-resume-'));
    try {
      const whole = await run([optimizer, executor, join(folder, 'whole'), 'whole']);
      const killed = await run([optimizer, executor, join(folder, 'killed'), 'killed']);
      expect(killed.signal).toBe('SIGKILL');
      const resumed = await run([optimizer, executor, join(folder, 'killed'), 'resumed']);
      expect(JSON.parse(whole.output)).toHaveProperty('epochs.3.val_loss');
      expect(resumed.output).toBe(whole.output);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
