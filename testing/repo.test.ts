import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withoutChangeset } from './release/changesets.js';
import { sectionProblems } from './support/readme-sections.js';
import type { Workspace } from './support/workspaces.js';
import { filesUnder, packages, publishable, readJson, root, shown } from './support/workspaces.js';

const tensorflow = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
/** Packages that a consumer must have one copy of, or that fetch libraries when they are installed. */
const neverDependencies = [
  ...tensorflow,
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'onnxruntime-node',
  'onnxruntime-web',
];

const ours = new Set(publishable().map(({ manifest }) => manifest.name));

const read = (file: string): string => readFileSync(file, 'utf8');
const isTest = (file: string): boolean => /\.test\.ts$/.test(file);

/** Sources that make something for which the test kit has a contract: a factory of one of core's kinds. */
function makesPlugins(sources: readonly string[]): boolean {
  const kinds = 'Plugin|Optimizer|Loss|Metric|Dataset|Backend|Executor';
  const factory = new RegExp(`^export (?:async )?function [^{]*\\): (?:Promise<)?(?:${kinds})\\b`, 'm');
  return sources.some((file) => factory.test(read(file)));
}

const callsContract = (file: string): boolean =>
  /(^|[/.])contract\.test\.ts$/.test(file) ||
  /\bimport\b[^;]*\b\w+Contract\b[^;]*from '@espalier\/testkit'/.test(read(file));

function shareProblems({ path, manifest }: Workspace): string[] {
  const problems: string[] = [];
  const expectThat = (holds: unknown, what: string) => {
    if (!holds) problems.push(what);
  };
  expectThat(manifest.license === 'Apache-2.0', 'license is Apache-2.0');
  expectThat(manifest.type === 'module', 'type is module');
  expectThat(manifest.sideEffects !== undefined, 'sideEffects is stated');
  expectThat(manifest.engines?.['node'], 'engines.node is stated');
  expectThat(manifest.files?.includes('dist'), 'files has dist');
  expectThat(manifest.repository?.url, 'repository.url is stated');
  expectThat(manifest.repository?.directory === path, `repository.directory is ${path}`);
  expectThat(manifest.publishConfig?.access === 'public', 'publishConfig.access is public');
  const main = manifest.exports?.['.'] as Record<string, unknown> | undefined;
  for (const condition of ['@espalier/source', 'import', 'require'])
    expectThat(main?.[condition], `exports["."] has ${condition}`);
  expectThat(Object.keys(main ?? {})[0] === '@espalier/source', 'the source condition comes first');
  return problems;
}

describe.each(publishable().map((workspace) => [workspace.path, workspace] as const))(
  '%s',
  (_, workspace) => {
    const { manifest, directory, folder, path } = workspace;
    const sources = filesUnder(join(directory, 'src'));

    it('has a README with the sections of the house, in their order', () => {
      expect(sectionProblems(join(directory, 'README.md'))).toEqual([]);
    });

    it('has an example project of its name', () => {
      const example = join(root, 'examples', folder);
      const needed = ['package.json', 'README.md', 'src/main.ts'].map((file) => join(example, file));
      expect(needed.filter((file) => !existsSync(file)).map(shown)).toEqual([]);
    });

    it('has tests', () => {
      expect(sources.filter(isTest).length).toBeGreaterThan(0);
    });

    it('runs the contract of its kind over what it exports', () => {
      const needed = makesPlugins(sources.filter((file) => !isTest(file)));
      expect(needed && !sources.filter(isTest).some(callsContract)).toBe(false);
    });

    it('states what a published package must', () => {
      expect(shareProblems(workspace)).toEqual([]);
    });

    it('carries the license', () => {
      expect(existsSync(join(directory, 'LICENSE'))).toBe(true);
    });

    it('has TensorFlow.js as a peer and nothing heavy as a dependency', () => {
      const hard = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
      expect(hard.filter((name) => neverDependencies.includes(name))).toEqual([]);
      expect(Object.keys(manifest.peerDependencies ?? {})).toEqual(expect.arrayContaining(tensorflow));
    });

    it('accepts every core of its major version', () => {
      const range = manifest.peerDependencies?.['@espalier/core'];
      if (range === undefined) expect(['core', 'espalier']).toContain(folder);
      else expect(range).toMatch(/^>=\d+\.\d+\.\d+ <\d+\.0\.0$/);
    });

    it('refers, for its declarations, to the packages that it imports', () => {
      const imported = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
        .filter((name) => ours.has(name))
        .map((name) => ({ path: `../${name.replace('@espalier/', '')}` }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
      expect(readJson(join(directory, 'tsconfig.json'))).toEqual({
        extends: '../../tsconfig.build.json',
        ...(imported.length > 0 && { references: imported }),
      });
    });

    it('lives in the folder of its name', () => {
      expect(path).toBe(`packages/${manifest.name.replace('@espalier/', '')}`);
    });
  },
);

it('announces every change of a package in a changeset', () => {
  expect(withoutChangeset()).toEqual([]);
});

it('keeps private packages private', () => {
  expect(
    packages()
      .filter(({ manifest }) => manifest.private)
      .map(({ folder }) => folder),
  ).toEqual(['testkit']);
});
