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
  /** Packages of TensorFlow.js in it. */
  readonly tensorflow: readonly string[];
}

/** How {@link bundle} bundles. */
export interface BundleOptions {
  /** What stays outside, besides ONNX Runtime and TensorFlow.js. */
  readonly external?: readonly string[];
  /** Whether TensorFlow.js is in the bundle. Default false. */
  readonly withTensorflow?: boolean;
  /** A project with the packages installed, to take what was built; default: the sources of this repository. */
  readonly project?: string;
}

/** What a program brings itself, once, and what is loaded when it is needed. */
const PEERS = ['onnxruntime-web', 'onnxruntime-web/*', 'onnxruntime-node', 'vega', 'vega-lite'];

interface Import {
  readonly path: string;
  readonly kind: string;
  readonly external?: boolean;
}
interface Output {
  readonly imports: readonly Import[];
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly entryPoint?: string;
}
interface Metafile {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly Import[] }>>;
  readonly outputs: Readonly<Record<string, Output>>;
}

/** Bundles a module with esbuild. */
export async function bundle(
  code: string,
  { external = [], withTensorflow = false, project }: BundleOptions = {},
): Promise<Bundle> {
  const folder = await mkdtemp(join(project ?? root, 'node_modules/.espalier-size-'));
  const outside = [...PEERS, ...(withTensorflow ? [] : ['@tensorflow/*']), ...external];
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
      ...(project ? [] : ['--conditions=@espalier/source']),
      '--log-level=error',
      `--outdir=${join(folder, 'out')}`,
      `--metafile=${report}`,
      // esbuild refuses what it cannot find; that is reported below by its importer.
      ...[...outside, ...builtIns()].map((name) => `--external:${name}`),
    ]);
    const metafile = JSON.parse(await readFile(report, 'utf8')) as Metafile;
    const files = loadedAtOnce(metafile);
    const sizes = await Promise.all(
      files.map(
        async (file) => gzipSync(await readFile(join(folder, 'out', basename(file))), { level: 9 }).length,
      ),
    );
    return {
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      builtIns: builtInsOf(metafile),
      tensorflow: tensorflowOf(files.map((file) => metafile.outputs[file]!)),
    };
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

function tensorflowOf(outputs: readonly Output[]): string[] {
  const modules = outputs.flatMap(({ inputs }) =>
    Object.keys(inputs).filter((file) => inputs[file]!.bytesInOutput > 0),
  );
  const names = modules.flatMap((file) => /node_modules\/@tensorflow\/(tfjs-[^/]+)/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}
