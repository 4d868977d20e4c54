/**
 * Publishes every package whose version is not published yet.
 *
 *   npm run release -- --dry-run    shows what would be published: version, files and size of each package
 *   npm run release                 tests and checks everything, and publishes
 *
 * Versions are raised beforehand by `npx changeset version`, which uses the changesets up.
 */
import { spawnSync } from 'node:child_process';
import { packPackages, withTemporaryFolder } from '../pack/pack-packages.js';
import { sizeTable } from '../pack/size-table.js';
import { tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';
import { announced } from './changesets.js';
import { plannedVersions } from './planned-versions.js';

async function show(): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const packed = await packPackages(folder);
    for (const { manifest, files } of packed) {
      const sources = files.filter((file) => file.startsWith('src/'));
      const others = files.filter((file) => !file.startsWith('src/'));
      console.log(`${manifest.name}@${manifest.version}: ${others.join(', ')} and ${sources.length} sources`);
    }
    console.log(`\n${sizeTable(packed)}`);
    if (announced().size > 0) {
      console.log('\nChangesets are waiting. `npx changeset version` would first raise');
      console.log((await plannedVersions(folder)).map((line) => `  ${line}`).join('\n'));
    }
  });
  console.log('\nNothing was published.');
}

function publish(): void {
  if (announced().size > 0) {
    console.error('Changesets are waiting: run `npx changeset version`, look at the outcome and commit it.');
    process.exit(1);
  }
  const steps: [command: string, args: string[]][] = [
    ['npm', ['test']],
    ['npm', ['run', 'test:long']],
    ['npm', ['run', 'check']],
    ['npm', ['run', 'check:packed']],
    [tool('changeset'), ['publish']],
  ];
  for (const [command, args] of steps) {
    const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
}

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== '--dry-run');
if (unknown !== undefined) {
  console.error(`Unknown argument ${unknown}; there is only --dry-run.`);
  process.exitCode = 2;
} else if (args.includes('--dry-run')) await show();
else publish();
