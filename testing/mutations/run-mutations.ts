import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MUTATIONS, type Mutation } from './mutations.js';

/**
 * Breaks one formula after another in a copy of this repository and runs the tests that have to notice:
 *
 *     npx tsx testing/mutations/run-mutations.ts [words of a formula or file]
 *
 * Writes docs/mutation-check.md, unless only some are run; exits with 1 where no test went red.
 */

const ROOT = join(import.meta.dirname, '../..');
const COPIED = [
  'packages',
  'testing',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'vitest.config.ts',
];
const LEFT_OUT = new Set(['node_modules', 'dist', 'mutations', '.espalier']);

const words = process.argv[2];
const chosen = MUTATIONS.filter(({ formula, file }) => !words || `${formula} ${file}`.includes(words));
const copy = mkdtempSync(join(tmpdir(), 'mutations-'));
try {
  for (const name of COPIED)
    cpSync(join(ROOT, name), join(copy, name), {
      recursive: true,
      filter: (path) => !LEFT_OUT.has(basename(path)),
    });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const rows = chosen.map((mutation) => {
    const red = redTest(mutation);
    console.log(`${red === undefined ? 'NOT SEEN' : 'seen'}: ${mutation.formula} (${red ?? mutation.test})`);
    return { mutation, red };
  });
  if (!words) writeFileSync(join(ROOT, 'docs/mutation-check.md'), page(rows));
  if (rows.some(({ red }) => red === undefined)) process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true });
}

/** The first test that goes red when the formula is broken. */
function redTest({ file, find, put, test }: Mutation): string | undefined {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) throw new Error(`'${find}' must stand once in ${file}.`);
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  writeFileSync(
    path,
    source.replace(find, () => put),
  );
  try {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const options = ['--reporter=json', `--outputFile=${report}`, '--bail=1'];
    spawnSync(process.execPath, [vitest, 'run', test, ...options], { cwd: copy });
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const results = testResults.flatMap((one) => one.assertionResults);
    if (results.length === 0) throw new Error(`no test of ${test} ran with '${put}' in ${file}.`);
    return results.find(({ status }) => status === 'failed')?.fullName;
  } finally {
    writeFileSync(path, source);
  }
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function page(rows: readonly { readonly mutation: Mutation; readonly red: string | undefined }[]): string {
  const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
  const table = rows.map(({ mutation: { formula, file, find, put, test }, red }) => {
    const name = red === undefined ? 'none' : red.replaceAll('|', '\\|');
    return `| ${formula} | [${basename(file)}](../${file}) | ${code(find)} → ${code(put)} | ${name} ([${basename(test)}](../${test})) |`;
  });
  return `# Mutation check

A test that cannot fail proves nothing. Here a formula is broken on purpose, one at a time, in a copy of the repository, and the tests of its
package are run: the last column says which went red first. The list is in
[testing/mutations/mutations.ts](../testing/mutations/mutations.ts); to repeat it, and to write this page again (some minutes):

\`\`\`sh
npx tsx testing/mutations/run-mutations.ts
npx tsx testing/mutations/run-mutations.ts lion   # some of them, which writes nothing
\`\`\`

${rows.filter(({ red }) => red !== undefined).length} of ${rows.length} were noticed.

| formula | file | change | first test that went red |
| --- | --- | --- | --- |
${table.join('\n')}
`;
}
