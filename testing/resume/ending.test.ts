import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('./ending-run.ts', import.meta.url));

function run(
  args: readonly string[],
): Promise<{ readonly lines: readonly string[]; readonly signal: unknown }> {
  const node = ['--conditions=@espalier/source', '--import', 'tsx', script, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, node, (error, stdout) =>
      resolve({ lines: stdout.split('\n').filter((line) => line !== ''), signal: error?.signal }),
    );
  });
}

test.each(['early', 'steps'])(
  'a run (%s) that is killed in onFitEnd trains no more when it is started again, and does what was left',
  async (how) => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-ending-'));
    try {
      const whole = await run([join(folder, 'whole'), how]);
      const killed = await run([join(folder, 'killed'), how, 'kill']);
      expect(killed).toEqual({ lines: [], signal: 'SIGKILL' });
      const again = await run([join(folder, 'killed'), how]);
      expect(again.lines[0]).toBe(whole.lines[0]);
      const { steps, ...outcome } = JSON.parse(whole.lines[1]!) as { readonly steps: number };
      expect(steps).toBeGreaterThan(10);
      expect(JSON.parse(again.lines[1]!)).toEqual({ ...outcome, steps: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
