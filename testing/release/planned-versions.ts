import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runCommand, tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';

interface ReleasePlan {
  releases: { name: string; type: string; oldVersion: string; newVersion: string }[];
}

/**
 * What `npx changeset version` would make of the waiting changesets, a line each.
 *
 * @param folder Where the plan may be written.
 */
export async function plannedVersions(folder: string): Promise<string[]> {
  const file = join(folder, 'release-plan.json');
  const { code, output } = await runCommand(tool('changeset'), [
    'status',
    `--output=${relative(root, file)}`,
  ]);
  // A clone without the base branch cannot be compared with it.
  if (code !== 0) return [output.trim()];
  const { releases } = JSON.parse(readFileSync(file, 'utf8')) as ReleasePlan;
  return releases
    .filter(({ type }) => type !== 'none')
    .map(({ name, type, oldVersion, newVersion }) => `${name} ${oldVersion} -> ${newVersion} (${type})`);
}
