/** Packs every publishable package and lets publint and are-the-types-wrong look at what would be published. */
import { readFileSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { PackedPackage } from '../pack/pack-packages.js';
import { packPackages, withTemporaryFolder } from '../pack/pack-packages.js';
import { mapLimited, runCommand, tool } from '../support/run-command.js';

async function lintPackage({ tarball, manifest }: PackedPackage): Promise<string[]> {
  const bytes = readFileSync(tarball);
  const { messages } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
  });
  return messages.map((message) => `publint: ${formatMessage(message, manifest as never, { color: false })}`);
}

async function checkTypes({ tarball, manifest }: PackedPackage): Promise<string[]> {
  const { code, output } = await runCommand(tool('attw'), [
    tarball,
    '--format',
    'ascii',
    '--no-color',
    '--no-emoji',
    // What packages of ours share has no form for node10, which knows no `exports`.
    ...(manifest.exports?.['./internal'] ? ['--exclude-entrypoints', './internal'] : []),
  ]);
  return code === 0 ? [] : [`are-the-types-wrong:\n${output.trim()}`];
}

await withTemporaryFolder(async (folder) => {
  const packed = await packPackages(folder);
  const problems = await mapLimited(packed, 2, async (one) => [
    ...(await lintPackage(one)),
    ...(await checkTypes(one)),
  ]);
  packed.forEach(({ path }, index) => {
    for (const problem of problems[index] ?? []) console.log(`${path}: ${problem}`);
  });
  if (problems.flat().length > 0) process.exitCode = 1;
});
