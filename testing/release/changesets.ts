import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishable, root } from '../support/workspaces.js';
import type { Workspace } from '../support/workspaces.js';

/** Names of packages that a waiting changeset speaks of. */
export function announced(): Set<string> {
  const folder = join(root, '.changeset');
  const names = new Set<string>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.md') || file === 'README.md') continue;
    const header = /^---\n([\s\S]*?)\n---/.exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? '';
    for (const [, name] of header.matchAll(/^['"]?([^'":]+)['"]?:\s*(?:major|minor|patch|none)\s*$/gm))
      names.add(name!);
  }
  return names;
}

function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Published files of a package that differ from its last release; `undefined` where that release is not known here. */
function changedSinceRelease({ manifest, path }: Workspace): string[] | undefined {
  const tag = `${manifest.name}@${manifest.version}`;
  if (!git('tag', '--list', tag)) return undefined;
  return (git('diff', '--name-only', tag, '--', path) ?? '')
    .split('\n')
    .filter((file) => /\/src\/.*\.ts$|\/package\.json$/.test(file) && !/\.(test|test-d)\.ts$/.test(file));
}

function isReleased({ manifest, directory }: Workspace): boolean {
  const changelog = join(directory, 'CHANGELOG.md');
  return existsSync(changelog) && readFileSync(changelog, 'utf8').includes(`\n## ${manifest.version}\n`);
}

/**
 * Packages that changed since their last release, or were never released, and that no changeset speaks of.
 *
 * The release is the tag that changesets sets, `name@version`. A clone without tags is taken at the changelog's word.
 */
export function withoutChangeset(): string[] {
  const names = announced();
  return publishable()
    .filter(({ manifest }) => !names.has(manifest.name))
    .filter((workspace) => {
      const changed = changedSinceRelease(workspace);
      return changed ? changed.length > 0 : !isReleased(workspace);
    })
    .map(({ manifest }) => manifest.name);
}
