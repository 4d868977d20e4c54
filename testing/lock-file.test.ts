import { join } from 'node:path';
import { expect, it } from 'vitest';
import { examples, packages, readJson, root } from './support/workspaces.js';

interface LockFile {
  packages: Record<
    string,
    {
      version?: string;
      resolved?: string;
      link?: boolean;
      integrity?: string;
      optionalDependencies?: Record<string, string>;
      dependencies?: Record<string, string>;
      peerDependencies?: Record<string, string>;
    }
  >;
}

const { packages: locked } = readJson<LockFile>(join(root, 'package-lock.json'));

it('names no address to download from', () => {
  const addresses = Object.entries(locked).filter(([, { resolved }]) => resolved?.includes('://'));
  expect(addresses.map(([name]) => name)).toEqual([]);
});

it('has the platform packages of every platform, which an incomplete registry silently leaves out', () => {
  const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !locked[`node_modules/${name}`] && !locked[`${path}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

it('has a checksum of everything that is downloaded', () => {
  const unchecked = Object.entries(locked).filter(
    ([path, { link, integrity }]) => path.includes('node_modules/') && !link && !integrity,
  );
  expect(unchecked.map(([path]) => path)).toEqual([]);
});

it('knows every workspace and what it depends on', () => {
  for (const { path, manifest } of [...packages(), ...examples()]) {
    const entry = locked[path];
    expect(entry, `${path} is not locked: run npm install`).toBeDefined();
    expect([path, entry?.dependencies ?? {}]).toEqual([path, manifest.dependencies ?? {}]);
    expect([path, entry?.peerDependencies ?? {}]).toEqual([path, manifest.peerDependencies ?? {}]);
  }
});
