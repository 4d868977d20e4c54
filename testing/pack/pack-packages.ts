import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../support/run-command.js';
import type { Workspace } from '../support/workspaces.js';
import { publishable } from '../support/workspaces.js';

/** A package as npm would publish it. */
export interface PackedPackage extends Workspace {
  tarball: string;
  /** Bytes of the tarball. */
  packedSize: number;
  /** Bytes of its files. */
  unpackedSize: number;
  /** Paths inside the package. */
  files: string[];
}

interface PackReport {
  name: string;
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

/** Runs `work` with a new temporary folder outside the repository, and removes the folder whatever happens. */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds and packs every publishable package into `folder`. */
export async function packPackages(folder: string): Promise<PackedPackage[]> {
  const workspaces = publishable();
  // What is taken from the cache of builds would lie beside files of builds before.
  for (const { directory } of workspaces) rmSync(join(directory, 'dist'), { recursive: true, force: true });
  await mustRun('npm', [
    'run',
    '--silent',
    'build',
    '--',
    '--output-logs=errors-only',
    '--no-update-notifier',
  ]);
  const stdout = await mustRun('npm', [
    'pack',
    '--json',
    '--loglevel=error',
    '--pack-destination',
    folder,
    ...workspaces.flatMap(({ path }) => ['--workspace', path]),
  ]);
  // npm 12 answers with an object by package name, older ones with a list.
  const reports = Object.values(JSON.parse(stdout) as Record<string, PackReport> | PackReport[]);
  return workspaces.map((workspace) => {
    const report = reports.find(({ name }) => name === workspace.manifest.name);
    if (!report) throw new Error(`npm packed nothing for ${workspace.path}`);
    return {
      ...workspace,
      tarball: join(folder, report.filename.replace('@', '').replaceAll('/', '-')),
      packedSize: report.size,
      unpackedSize: report.unpackedSize,
      files: report.files.map(({ path }) => path),
    };
  });
}
