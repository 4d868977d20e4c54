import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../support/run-command.js';
import type { Manifest } from '../support/workspaces.js';
import { readJson, root } from '../support/workspaces.js';
import type { PackedPackage } from './pack-packages.js';

/** Where the projects of docs/deployment.md are. */
const recipes = join(root, 'testing/pack/recipes');

/** What every project uses of ours. */
const OURS = ['backend-cpu', 'backend-wasm', 'callbacks', 'compile', 'core', 'datasets', 'losses', 'models'];

/** What a project is made of. */
export interface ProjectOptions {
  /** Folders of recipes/ whose files are copied, later ones over earlier ones. */
  readonly files: readonly string[];
  /** Where the shared training goes. Default: beside the program. */
  readonly training?: string;
  /** More packages of ours. */
  readonly ours?: readonly string[];
  /** More packages, by version. */
  readonly dependencies?: Readonly<Record<string, string>>;
  /** How its package manager is told to take the tarballs wherever a package is asked for. */
  readonly overriding?: 'overrides' | 'resolutions' | 'pnpm';
}

/** A project of somebody who uses the packages, not installed yet. */
export function makeProject(
  folder: string,
  packed: readonly PackedPackage[],
  { files, training = '.', ours = [], dependencies = {}, overriding }: ProjectOptions,
): string {
  const { devDependencies = {} } = readJson<Manifest>(join(root, 'package.json'));
  const names = [...OURS, 'optimizers', 'workers', ...ours].map((name) => `@espalier/${name}`);
  const tarballs = Object.fromEntries(
    packed
      .filter(({ manifest }) => names.includes(manifest.name))
      .map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
  );
  const peers = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-wasm'];
  const theirs = [...peers, 'onnxruntime-node', 'onnxruntime-web'].map((name): [string, string] => [
    name,
    devDependencies[name]!,
  ]);
  mkdirSync(folder, { recursive: true });
  for (const name of files) cpSync(join(recipes, name), folder, { recursive: true });
  mkdirSync(join(folder, training), { recursive: true });
  for (const name of ['train.js', 'read-models.js'])
    cpSync(join(recipes, 'shared', name), join(folder, training, name));
  cpSync(join(recipes, 'shared/convert.mjs'), join(folder, 'convert.mjs'));
  const manifest = {
    name: 'project',
    private: true,
    version: '1.0.0',
    type: 'module',
    dependencies: { ...tarballs, ...Object.fromEntries(theirs), ...dependencies },
    ...((overriding === 'overrides' || overriding === 'resolutions') && { [overriding]: tarballs }),
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  return folder;
}

/** The losses that a run of each engine printed, from the last line of what a program said. */
export type Outcome = Readonly<
  Record<string, { readonly executor: string; readonly losses: readonly number[] }>
>;

/** Packages of tools, installed once for all projects. */
export interface Tools {
  readonly folder: string;
  readonly nodes: Readonly<Record<'20' | '22' | '24', string>>;
  readonly npms: Readonly<Record<'10' | '11', string>>;
  readonly bun: string;
  readonly deno: string;
  readonly pnpm: string;
  readonly yarn: string;
}

/** Installs Node, npm, pnpm, Yarn, Bun and Deno in a folder of their own: all of them are npm packages. */
export async function installTools(folder: string): Promise<Tools> {
  const system = `${process.platform}-${process.arch}`;
  const node = (major: string): string => `node-${major}@npm:node-${system}@${major}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const packages = [
    ...['20', '22', '24'].map(node),
    'npm-10@npm:npm@10',
    'npm-11@npm:npm@11',
    'pnpm',
    '@yarnpkg/cli-dist',
    `@oven/bun-${system}`,
    denoOf(system),
  ];
  await mustRun('npm', ['install', ...packages, ...QUIET], { cwd: folder });
  const inside = (path: string): string => join(folder, 'node_modules', path);
  return {
    folder,
    nodes: {
      20: inside('node-20/bin/node'),
      22: inside('node-22/bin/node'),
      24: inside('node-24/bin/node'),
    },
    npms: { 10: inside('npm-10/bin/npm-cli.js'), 11: inside('npm-11/bin/npm-cli.js') },
    bun: inside(`@oven/bun-${system}/bin/bun`),
    deno: inside(`${denoOf(system)}/deno`),
    pnpm: inside('.bin/pnpm'),
    yarn: inside('@yarnpkg/cli-dist/bin/yarn.js'),
  };
}

/** The package that has Deno for a system. */
const denoOf = (system: string): string => `@deno/${system}${system.startsWith('linux') ? '-glibc' : ''}`;

/** How npm installs in these checks. */
export const QUIET = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
