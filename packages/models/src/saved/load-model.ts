import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, EspalierError, isEspalierError, option, readOptions } from '@espalier/core';
import { inNode, nodeFiles, nodeModule, prepareTfjs } from '@espalier/core/internal';
import { registerLayers } from '../register-layers.js';
import { configIn, fillFromHdf5, openHdf5 } from './hdf5-weights.js';
import { translateKeras } from './keras-config.js';
import { refuse } from './refuse.js';
import { readZip } from './zip.js';

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /**
   * Bytes that a file may have, and what it unpacks to; >= 1. Default 2e9, and what it unpacks to no more than 64 MiB and 50 times
   * the file.
   */
  readonly maxBytes?: number;
}

const SCOPE = 'load-model';

const RULES = { maxBytes: option.integer({ min: 1, optional: true }) } as const;
const MOST_BYTES = 2e9;
const SMALL_BYTES = 2 ** 26;
/** How many times its bytes an archive may unpack to. */
const MOST_TIMES = 50;

/** Of a `.keras`. */
const FILES = ['config.json', 'model.weights.h5'];

interface ModelJson {
  readonly modelTopology?: unknown;
  readonly weightsManifest?: readonly {
    readonly paths: readonly string[];
    readonly weights: tf.io.WeightsManifestEntry[];
  }[];
}

/**
 * Reads a layers model, in Node and in browsers: TensorFlow.js' `model.json` with its weights, Keras' `.keras`, or a whole model
 * in Keras' older `.h5`. Configurations of Keras 3 are translated; its group, RMS and unit normalisation become this package's.
 *
 * Nothing in a file is trusted: sizes and checksums are checked before memory is taken, archives may unpack to so much, and tables of
 * an HDF5 file that lead back into themselves are refused.
 *
 * A classifier that ends in a softmax or sigmoid is trained further with `from: 'probabilities'` in its loss.
 *
 * @param source A path (in Node, also as `file://path`) or an address, or the bytes of a `.keras` or `.h5`.
 * @returns The model, the caller's to dispose. It is not compiled, and has no optimizer.
 * @throws EspalierError `io` where it cannot be read; `invalid-data` for what is no model, or a layer without a counterpart, by name.
 * @example
 * ```ts
 * const model = await loadModel('digits.keras');
 * ```
 */
export async function loadModel(
  source: string | Uint8Array,
  options: LoadModelOptions = {},
): Promise<tfl.LayersModel> {
  const { maxBytes } = readOptions(SCOPE, options, RULES).values;
  prepareTfjs();
  registerLayers();
  const bytes = await bytesOf(source, maxBytes);
  try {
    return await modelIn(source, bytes, maxBytes);
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    // What parsers of other people make of damaged files.
    return refuse(SCOPE, `the model is damaged: ${messageOf(cause)}`, cause);
  }
}

async function modelIn(
  source: string | Uint8Array,
  bytes: Uint8Array,
  maxBytes: number | undefined,
): Promise<tfl.LayersModel> {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  if (start.startsWith('PK')) return fromKeras(bytes, maxBytes);
  if (start === '\u0089HDF') {
    const file = await openHdf5(bytes);
    const config = configIn(file);
    if (config === undefined)
      refuse(
        SCOPE,
        'the HDF5 file holds weights alone; make the model and call loadModelWeights(model, source).',
      );
    const model = await modelOf(config);
    return filled(model, () => fillFromHdf5(model, file));
  }
  if (typeof source !== 'string')
    refuse(SCOPE, 'the bytes are neither a .keras nor an .h5 file; give model.json by its path.');
  return fromJson(source as string, parsed(bytes, `'${String(source)}'`), maxBytes);
}

/**
 * Puts weights that Keras saved (`.weights.h5`, `.h5`) into a model of the same layers.
 *
 * @param source A path (in Node) or an address, or the file's bytes.
 * @throws EspalierError `io`; `invalid-data` where the file is none of Keras, or of other layers.
 * @example
 * ```ts
 * await loadModelWeights(model, 'digits.weights.h5');
 * ```
 */
export async function loadModelWeights(
  model: tfl.LayersModel,
  source: string | Uint8Array,
  options: LoadModelOptions = {},
): Promise<void> {
  const { maxBytes } = readOptions(SCOPE, options, RULES).values;
  fillFromHdf5(model, await openHdf5(await bytesOf(source, maxBytes)));
}

async function fromKeras(bytes: Uint8Array, maxBytes: number | undefined): Promise<tfl.LayersModel> {
  const most = maxBytes ?? Math.min(MOST_BYTES, SMALL_BYTES + MOST_TIMES * bytes.length);
  const files = await readZip(bytes, FILES, most);
  const [config, weights] = FILES.map(
    (name) => files.get(name) ?? refuse(SCOPE, `the .keras file has no ${name}.`),
  ) as [Uint8Array, Uint8Array];
  const model = await modelOf(parsed(config, 'config.json'));
  const file = await openHdf5(weights);
  return filled(model, () => fillFromHdf5(model, file));
}

async function fromJson(
  source: string,
  json: unknown,
  maxBytes: number | undefined,
): Promise<tfl.LayersModel> {
  const { modelTopology: topology, weightsManifest = [] } = (json ?? {}) as ModelJson;
  const own = topology as { model_config?: unknown } | undefined;
  if (typeof own !== 'object' || own === null)
    refuse(SCOPE, `'${source}' has no modelTopology; is it a graph model?`);
  const model = await modelOf(own!.model_config ?? own);
  const folder = source.slice(0, Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1);
  const parts: Uint8Array[] = [];
  for (const path of weightsManifest.flatMap(({ paths }) => paths)) {
    if (typeof path !== 'string' || /^[/\\]|^\w+:|(^|[/\\])\.\.([/\\]|$)/.test(path))
      refuse(SCOPE, `weights at '${String(path)}' are not in the model's own folder.`);
    parts.push(await bytesOf(folder + path, maxBytes));
  }
  const specs = weightsManifest.flatMap(({ weights }) => weights);
  const data = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (data.set(part, at), at + part.length), 0);
  return filled(model, () => {
    const tensors = guarded('the weights do not fit their description', () =>
      tf.io.decodeWeights(data.buffer, specs),
    );
    try {
      guarded('the weights are not those of its layers', () =>
        model.loadWeights(tensors as tf.NamedTensorMap),
      );
    } finally {
      tf.dispose(tensors);
    }
  });
}

/** A model that cannot be filled is disposed. */
function filled(model: tfl.LayersModel, fill: () => void): tfl.LayersModel {
  try {
    fill();
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function modelOf(config: unknown): Promise<tfl.LayersModel> {
  const topology =
    typeof config === 'string' ? parsed(new TextEncoder().encode(config), 'the configuration') : config;
  if (typeof topology !== 'object' || topology === null || !('class_name' in topology))
    refuse(SCOPE, 'the configuration is not that of a model.');
  try {
    const model = await tfl.models.modelFromJSON(
      translateKeras(topology as Record<string, unknown>) as never,
    );
    if (!Array.isArray((model as Partial<tfl.LayersModel>).layers))
      refuse(SCOPE, `the configuration is that of a ${model.getClassName()}, not of a model.`);
    return model;
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    return refuse(SCOPE, `the model cannot be made: ${messageOf(cause)}`, cause);
  }
}

function parsed(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    return refuse(SCOPE, `${what} is not JSON.`, cause);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function guarded<T>(what: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    return refuse(SCOPE, `${what}: ${(cause as Error).message}`, cause);
  }
}

/** Addresses of files too, as tfjs-node takes them: relative ones, which are none by the standard. */
async function pathOf(source: string): Promise<string> {
  if (!source.startsWith('file:///')) return source.replace(/^file:\/\//, '');
  return (await nodeModule<typeof import('node:url')>('node:url')).fileURLToPath(source);
}

async function bytesOf(source: string | Uint8Array, maxBytes = MOST_BYTES): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (typeof source !== 'string' || source === '')
    checkOptions(SCOPE).fail('source', 'a path, an address or bytes', source);
  let bytes: Uint8Array;
  try {
    if (!inNode() || /^https?:/.test(source)) {
      const answer = await fetch(source);
      if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
      // What many servers answer where they have no such file.
      if (answer.headers.get('content-type')?.startsWith('text/html'))
        throw new Error('that address gives a page of HTML; is the file in the folder that is served?');
      bytes = new Uint8Array(await answer.arrayBuffer());
    } else {
      const { fs } = await nodeFiles(SCOPE, 'give an address');
      const path = await pathOf(source);
      const { size } = await fs.stat(path);
      if (size > maxBytes) refuse(SCOPE, `'${source}' has ${size} bytes, more than maxBytes ${maxBytes}.`);
      bytes = new Uint8Array(await fs.readFile(path));
    }
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    const message = `cannot read '${source}': ${(cause as Error).message}.`;
    throw new EspalierError({ code: 'io', scope: SCOPE, message, cause });
  }
  if (bytes.length > maxBytes)
    refuse(SCOPE, `'${source}' has ${bytes.length} bytes, more than maxBytes ${maxBytes}.`);
  return bytes;
}
