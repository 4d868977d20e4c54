import type * as tfl from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { isEspalierError } from '@espalier/core';
import { importPeer } from '@espalier/core/internal';
import { boundedBuffer } from './bounded-buffer.js';
import { refuse } from './refuse.js';

type Layer = tfl.layers.Layer;

/** The part of jsfive that is used. */
interface Hdf5Group {
  readonly keys: readonly string[];
  readonly attrs: Readonly<Record<string, unknown>>;
  get(path: string): Hdf5Group | Hdf5Dataset;
}

interface Hdf5Dataset {
  readonly shape: readonly number[];
  readonly dtype: unknown;
  readonly value: ArrayLike<number>;
}

/** An open file, and how many bytes it has: no tensor in it can have more. */
export interface Hdf5File {
  readonly root: Hdf5Group;
  readonly bytes: number;
  /** Called before more is read: reading may take so long, but not for ever. */
  start(): void;
}

const SCOPE = 'load-model';

const READER = {
  packageName: 'jsfive',
  scope: SCOPE,
  code: 'io',
  need: 'HDF5, in which Keras saves weights, is read by jsfive',
} as const;

/** @throws EspalierError `invalid-data` for what is no HDF5; `io` where its reader cannot be imported. */
export async function openHdf5(bytes: Uint8Array): Promise<Hdf5File> {
  const { File } = await importPeer(READER, () => import('jsfive'));
  const { buffer, start } = boundedBuffer(bytes, SCOPE);
  return attempt('cannot be read', () => ({
    root: new File(buffer) as unknown as Hdf5Group,
    bytes: bytes.length,
    start,
  }));
}

/** The configuration of a whole model that Keras wrote as `.h5`; `undefined` of weights alone. */
export function configIn({ root, start }: Hdf5File): unknown {
  start();
  const text = attempt('has attributes that cannot be read', () => root.attrs['model_config']);
  if (typeof text !== 'string') return undefined;
  return attempt('has a configuration that is no JSON', () => JSON.parse(text) as unknown);
}

/**
 * Puts the weights of a file into a model: `.weights.h5` of Keras 3, or the older layout of `.h5`.
 *
 * @throws EspalierError `invalid-data` where the file lacks a layer, or a shape is another one.
 */
export function fillFromHdf5(model: tfl.LayersModel, file: Hdf5File): void {
  file.start();
  attempt('is damaged', () => fill(model, file));
}

function fill(model: tfl.LayersModel, file: Hdf5File): void {
  const { root } = file;
  const legacy = root.keys.includes('model_weights') ? (root.get('model_weights') as Hdf5Group) : root;
  if (legacy.attrs['layer_names'] !== undefined) fillLegacy(model, legacy, file.bytes);
  else fillByClass(model, root, file.bytes);
}

/** Groups by layer, which list their weights in order. */
function fillLegacy(model: tfl.LayersModel, root: Hdf5Group, most: number): void {
  for (const layer of model.layers) {
    if (layer.weights.length === 0) continue;
    if (!root.keys.includes(layer.name)) refuse(SCOPE, `the file has no weights of layer '${layer.name}'.`);
    const group = root.get(layer.name) as Hdf5Group;
    const names = [group.attrs['weight_names'] ?? []].flat() as string[];
    assign(
      layer,
      names.map((name) => datasetAt(group, name, most)),
    );
  }
}

/** Groups `layers/<class>_<n>`, in the order of the layers, each with `vars/<i>`. */
function fillByClass(model: tfl.LayersModel, root: Hdf5Group, most: number): void {
  const layers = childOf(root, 'layers', model.name);
  const counts = new Map<string, number>();
  for (const layer of model.layers) {
    const kind = snakeCase(
      layer
        .getClassName()
        .replace(/^Espalier/, '')
        .replace(/^Model$/, 'Functional'),
    );
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    if (layer.weights.length === 0) continue;
    const name = count === 0 ? kind : `${kind}_${count}`;
    const group = childOf(layers, name, layer.name);
    if ('layers' in layer) fillByClass(layer as unknown as tfl.LayersModel, group, most);
    else assign(layer, variablesIn(group, most));
  }
}

/** Own weights first, then those of what the layer holds. */
function variablesIn(group: Hdf5Group, most: number): HostValues[] {
  const own = group.keys.includes('vars') ? (group.get('vars') as Hdf5Group) : undefined;
  const numbered = [...(own?.keys ?? [])].sort((a, b) => Number(a) - Number(b));
  const inner = ['cell', 'forward_layer', 'backward_layer', 'layer'].filter((name) =>
    group.keys.includes(name),
  );
  return [
    ...numbered.map((name) => datasetAt(own!, name, most)),
    ...inner.flatMap((name) => variablesIn(group.get(name) as Hdf5Group, most)),
  ];
}

interface HostValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function datasetAt(group: Hdf5Group, path: string, most: number): HostValues {
  const dataset = attempt(`has no '${path}'`, () => group.get(path)) as Hdf5Dataset;
  const size = dataset.shape.reduce((product, side) => product * side, 1);
  if (!(size <= most)) refuse(SCOPE, `'${path}' [${dataset.shape.join(', ')}] is larger than its file.`);
  const values = attempt(`has a '${path}' that cannot be read`, () => Float32Array.from(dataset.value));
  if (values.length !== size) refuse(SCOPE, `'${path}' has ${values.length} numbers, and its shape ${size}.`);
  return { shape: dataset.shape, values };
}

function childOf(group: Hdf5Group, name: string, layer: string): Hdf5Group {
  if (!group.keys.includes(name))
    refuse(
      SCOPE,
      `the file has no '${name}' for layer '${layer}'; it has ${group.keys.join(', ') || 'nothing'}.`,
    );
  return group.get(name) as Hdf5Group;
}

function assign(layer: Layer, given: readonly HostValues[]): void {
  const own = layer.weights.map(({ shape }) => shape.join());
  if (own.join(' ') !== given.map(({ shape }) => shape.join()).join(' '))
    refuse(
      SCOPE,
      `layer '${layer.name}' has weights [${own.join('], [')}], the file [${given.map(({ shape }) => shape.join()).join('], [')}].`,
    );
  const tensors = given.map(({ shape, values }) => tf.tensor(values, [...shape]));
  layer.setWeights(tensors);
  tf.dispose(tensors);
}

/** As Keras names groups: `Conv2D` is `conv2d`, `BatchNormalization` `batch_normalization`, `LSTM` `lstm`. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function attempt<T>(what: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    return refuse(SCOPE, `the HDF5 file ${what}.`, cause);
  }
}
