/**
 * Builds tfjs-node's native addon against the TensorFlow library inside PyPI's tensorflow-cpu wheel, for tests on the real
 * thing where the library that its own install script downloads cannot be had. Linux; needs npm, make, a C++ compiler,
 * Python 3 and an unpacked wheel.
 *
 *   node --conditions=@espalier/source --import tsx testing/tfjs-node/build.ts --python PYTHON [--out FOLDER]
 *   node --conditions=@espalier/source --import tsx testing/tfjs-node/build.ts --tensorflow FOLDER [--out FOLDER]
 *
 * PYTHON is an interpreter that has TensorFlow installed; the second FOLDER is the package folder `tensorflow` itself. It
 * prints the NODE_PATH with which Node finds the result. `--gpu` builds tfjs-node-gpu: against the wheel `tensorflow`
 * (with its extra `and-cuda`) on a machine with a GPU.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const VERSION = '4.22.0';
/** The registries of kernels and gradients must be the ones that the tests use. */
const SHARED = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-cpu'];

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    tensorflow: { type: 'string' },
    gpu: { type: 'boolean', default: false },
    out: { type: 'string', default: join(tmpdir(), 'espalier-tfjs-node') },
  },
});
const NAME = values.gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
const run = (command: string, args: readonly string[], cwd?: string): void => {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...(cwd ? { cwd } : {}) });
};

const tensorflow = findTensorFlow();
const out = resolve(values.out);
const modules = join(out, 'node_modules');
const folder = join(modules, NAME);

mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'package.json'), '{ "private": true }\n');
run('npm', [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefix',
  out,
  `${NAME}@${VERSION}`,
  'node-gyp@11',
]);
shareTensorFlowJs();
linkLibrary();
const napi = buildAddon();
const check = `const tf = require('${NAME}'); console.log(tf.getBackend(), 'on TensorFlow', tf.backend().binding.TF_Version, 'GPU:', tf.backend().isUsingGpuDevice);`;
execFileSync(process.execPath, ['-e', check], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, NODE_PATH: modules, TF_CPP_MIN_LOG_LEVEL: '2' },
});
console.log(
  `\nBuilt for N-API ${napi}. To use it:\n\n  NODE_PATH=${modules} npx vitest run --dir packages/${values.gpu ? 'backend-node-gpu' : 'backend-node'}`,
);

function findTensorFlow(): string {
  const { python, tensorflow: given } = values;
  // Found, not imported: that takes seconds.
  const find = "import importlib.util as u, os; print(os.path.dirname(u.find_spec('tensorflow').origin))";
  const found = given ?? (python && execFileSync(python, ['-c', find], { encoding: 'utf8' }).trim());
  if (!found) throw new Error('Give --python PYTHON or --tensorflow FOLDER.');
  for (const file of [
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
    'include/tensorflow/c/c_api.h',
  ])
    if (!existsSync(join(found, file)))
      throw new Error(`${found} has no ${file}: is it a tensorflow-cpu wheel?`);
  return resolve(found);
}

function link(from: string, to: string): void {
  rmSync(from, { recursive: true, force: true });
  symlinkSync(to, from);
}

function shareTensorFlowJs(): void {
  const ours = createRequire(import.meta.url);
  for (const name of SHARED) link(join(modules, name), dirname(ours.resolve(`${name}/package.json`)));
}

/** Lays the library out as the install script does with the one that it downloads. */
function linkLibrary(): void {
  const library = join(folder, 'deps', 'lib');
  mkdirSync(library, { recursive: true });
  link(join(folder, 'deps', 'include'), join(tensorflow, 'include'));
  for (const file of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
    link(join(library, file), join(tensorflow, file));
  link(join(library, 'libtensorflow.so'), 'libtensorflow_cc.so.2');
  link(join(library, 'libtensorflow_framework.so'), 'libtensorflow_framework.so.2');
}

function buildAddon(): number {
  const { binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    binary: { module_name: string; module_path: string; napi_versions: number[] };
  };
  const version = Math.max(
    ...binary.napi_versions.filter((each) => each <= Number(process.versions['napi'])),
  );
  const headers = dirname(dirname(process.execPath));
  run(
    process.execPath,
    [
      join(modules, 'node-gyp', 'bin', 'node-gyp.js'),
      'rebuild',
      // Without headers beside this Node, node-gyp fetches them.
      ...(existsSync(join(headers, 'include', 'node', 'node_api.h')) ? [`--nodedir=${headers}`] : []),
      `--module_name=${binary.module_name}`,
      `--module_path=${join(folder, binary.module_path.replace('{napi_build_version}', String(version)))}`,
      `--napi_build_version=${version}`,
    ],
    folder,
  );
  return version;
}
