import { builtinModules } from 'node:module';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mustRun, tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';

/** A bundle for browsers: what is loaded at once, without what is imported when it is asked for. */
export interface Bundle {
  /** Minified and gzipped. */
  readonly bytes: number;
  /** Modules of Node that anything in it imports, with who imports them. */
  readonly builtIns: readonly string[];
}

/** What a program brings itself, once, and what is loaded when it is needed. */
const PEERS = [
  '@tensorflow/*',
  'onnxruntime-web',
  'onnxruntime-web/*',
  'onnxruntime-node',
  'vega',
  'vega-lite',
];

interface Import {
  readonly path: string;
  readonly kind: string;
  readonly external?: boolean;
}
interface Metafile {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly Import[] }>>;
  readonly outputs: Readonly<
    Record<string, { readonly imports: readonly Import[]; readonly entryPoint?: string }>
  >;
}

/** Bundles a module with esbuild, from the packages' sources; TensorFlow.js, ONNX Runtime and `external` stay outside. */
export async function bundle(code: string, external: readonly string[] = []): Promise<Bundle> {
  const folder = await mkdtemp(join(root, 'node_modules/.espalier-size-'));
  try {
    const [entry, report] = [join(folder, 'entry.js'), join(folder, 'report.json')];
    await writeFile(entry, code);
    await mustRun(tool('esbuild'), [
      entry,
      '--bundle',
      '--minify',
      '--splitting',
      '--format=esm',
      '--platform=browser',
      '--target=es2022',
      '--conditions=@espalier/source',
      '--log-level=error',
      `--outdir=${join(folder, 'out')}`,
      `--metafile=${report}`,
      // esbuild refuses what it cannot find; that is reported below by its importer.
      ...[...PEERS, ...external, ...builtIns()].map((name) => `--external:${name}`),
    ]);
    const metafile = JSON.parse(await readFile(report, 'utf8')) as Metafile;
    const files = loadedAtOnce(metafile).map((file) => join(folder, 'out', basename(file)));
    const sizes = await Promise.all(
      files.map(async (file) => gzipSync(await readFile(file), { level: 9 }).length),
    );
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), builtIns: builtInsOf(metafile) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const builtIns = (): string[] => ['node:*', ...builtinModules];

function loadedAtOnce({ outputs }: Metafile): string[] {
  const entry = Object.keys(outputs).find((file) => outputs[file]!.entryPoint?.endsWith('entry.js'))!;
  const found = new Set([entry]);
  for (const file of found)
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && path in outputs) found.add(path);
  return [...found];
}

function builtInsOf({ inputs }: Metafile): string[] {
  return Object.entries(inputs).flatMap(([file, { imports }]) =>
    imports
      .filter(({ path, external }) => external && (path.startsWith('node:') || builtinModules.includes(path)))
      .map(({ path }) => `${file} imports ${path}`),
  );
}
