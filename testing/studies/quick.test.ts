import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from '../support/workspaces.js';

const out = mkdtempSync(join(tmpdir(), 'studies-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Runs a study's quick form on made-up data, where MNIST is not meant; `ESPALIER_DATA_DIR` names an empty folder. */
async function quick(name: string, folder: string, ...options: string[]): Promise<string> {
  const main = join(root, 'examples', name, 'src/main.ts');
  const args = [
    '--conditions=@espalier/source',
    '--import',
    'tsx',
    main,
    '--quick',
    '--out',
    join(out, folder),
    ...options,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ESPALIER_DATA_DIR: out },
  });
  return stdout;
}

describe('the quick form of a study', () => {
  test.each<[string, string, ...string[]]>([
    ['report-1', 'third + weight decay (coupled, 0.001)', 'What of its conclusions holds'],
    [
      'report-2',
      'MLP, plain SGD',
      'Kernels of both convolutions',
      'Random search of the regression',
      'TPE search',
    ],
    [
      'report-3',
      'proximal L1 0.1',
      'Depth at equal numbers of neurons',
      'shares of weights that are exactly 0',
      '| sigmoid | 36 | 1.0 |',
      'Test accuracy against depth and against the widest layer',
    ],
    [
      'report-4',
      '800-512-256-800-1200',
      'Noise and distortion',
      '**Holds.** An unknown activation is an error',
    ],
    [
      'report-5',
      'batch normalisation',
      'CIFAR-10 with three activations',
      '**Holds.** Back-propagation agrees with central differences for hidden_2/kernel (sigmoid)',
      'What health() finds in the deep sigmoid network',
    ],
  ])(
    '%s runs and writes its results',
    async (name, row, ...headings) => {
      const stdout = await quick(name, name);
      expect(stdout).toContain('Results:');
      const page = readFileSync(join(out, name, 'RESULTS.md'), 'utf8');
      expect(page).toContain('its figures mean nothing');
      expect(page).toContain(`| ${row}`);
      for (const heading of headings) expect(page).toContain(heading);
      for (const [, picture] of page.matchAll(/\]\((pictures\/[^)]+)\)/g))
        expect(existsSync(join(out, name, picture!))).toBe(true);
      const { tables } = JSON.parse(readFileSync(join(out, name, 'results.json'), 'utf8')) as {
        tables: { rows: { runs: { values: Record<string, number | null> }[] }[] }[];
      };
      const values = tables.flatMap(({ rows }) =>
        rows.flatMap(({ runs }) => runs.flatMap((run) => Object.values(run.values))),
      );
      expect(values.length).toBeGreaterThan(0);
      expect(values.filter((value) => value === null)).toEqual([]);
    },
    300_000,
  );

  test.each(['report-1', 'report-2', 'report-3', 'report-4', 'report-5'])(
    '%s writes its results where nothing of it was run',
    async (name) => {
      const stdout = await quick(name, `${name}-empty`, '--kept');
      expect(stdout).toContain('Results:');
      expect(readFileSync(join(out, `${name}-empty`, 'RESULTS.md'), 'utf8')).toContain('not run');
    },
    300_000,
  );

  test('says the same of earlier results as its page', async () => {
    const earlier = ['--kept', '--earlier', join(out, 'report-1')];
    const stdout = await quick('report-1', 'report-1-earlier', ...earlier);
    const page = readFileSync(join(out, 'report-1-earlier', 'RESULTS.md'), 'utf8');
    const [, evidence] = /Weight decay narrows the gap: (.*)\.\n/.exec(page)!;
    expect(evidence).toContain('1 seed');
    expect(stdout).toContain(evidence);
  }, 300_000);
});
