import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mlp } from '../mlp.js';
import { boundedBuffer } from './bounded-buffer.js';
import { translateKeras } from './keras-config.js';
import { loadModel, loadModelWeights } from './load-model.js';
import { saveModel } from './save-model.js';

const FOLDER = 'testing/references/models/saved';

interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}

let expected: Record<string, { inputs: Numbers[]; outputs: Numbers }>;
let folder: string;

beforeAll(async () => {
  await tf.setBackend('cpu');
  expected = JSON.parse(await readFile(`${FOLDER}/expected.json`, 'utf8')) as typeof expected;
  folder = await mkdtemp(join(tmpdir(), 'espalier-saved-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A zip archive of one file that is deflated, and says that it has `size` bytes. */
function zipOf(name: string, packed: Uint8Array, size: number): Uint8Array {
  const common = (at: number, view: DataView): void => {
    view.setUint16(at, 8, true);
    view.setUint32(at + 10, packed.length, true);
    view.setUint32(at + 14, size, true);
    view.setUint16(at + 18, name.length, true);
  };
  const [local, central] = [30 + name.length + packed.length, 46 + name.length];
  const bytes = new Uint8Array(local + central + 22);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  common(8, view);
  bytes.set(new TextEncoder().encode(name), 30);
  bytes.set(packed, 30 + name.length);
  view.setUint32(local, 0x02014b50, true);
  common(local + 10, view);
  bytes.set(new TextEncoder().encode(name), local + 46);
  view.setUint32(local + central, 0x06054b50, true);
  view.setUint16(local + central + 10, 1, true);
  view.setUint32(local + central + 16, local, true);
  return bytes;
}

function expectKerasPredictions(model: tfl.LayersModel, name: string): void {
  const { inputs, outputs } = expected[name]!;
  const given = inputs.map(({ data, shape }) => tf.tensor(data, shape));
  const predicted = model.predict(given.length === 1 ? given[0]! : given) as tf.Tensor;
  expect(predicted.shape).toEqual(outputs.shape);
  [...predicted.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(outputs.data[i]!, 5));
}

describe.each(['images', 'joined', 'text', 'norms'])('the model %s of Keras', (name) => {
  test.each(['keras', 'h5'])('.%s predicts what Keras does', async (kind) => {
    const model = await loadModel(`${FOLDER}/${name}.${kind}`);
    expectKerasPredictions(model, name);
    model.dispose();
  });

  test('its .weights.h5 fits the same layers, and the model goes through model.json', async () => {
    const model = await loadModel(new Uint8Array(await readFile(`${FOLDER}/${name}.keras`)));
    for (const weight of model.weights) weight.write(tf.zeros(weight.shape as number[]));
    await loadModelWeights(model, `${FOLDER}/${name}.weights.h5`);
    expectKerasPredictions(model, name);
    await saveModel(model, join(folder, name));
    const again = await loadModel(join(folder, name, 'model.json'));
    expectKerasPredictions(again, name);
    model.dispose();
    again.dispose();
  });
});

test.each(['images.keras', 'images.h5'])('%s is read from a Buffer, as readFile gives it', async (name) => {
  const file = await readFile(`${FOLDER}/${name}`);
  const larger = Buffer.concat([Buffer.alloc(3, 7), file]);
  const model = await loadModel(larger.subarray(3));
  expectKerasPredictions(model, 'images');
  model.dispose();
});

test("this package's layers come back with their options", async () => {
  const model = mlp({
    inputs: 3,
    hidden: [4],
    outputs: 2,
    dropout: 0.5,
    batchNormalization: 'before-activation',
    seed: 3,
  });
  await saveModel(model, join(folder, 'own'));
  const again = await loadModel(`file://${join(folder, 'own', 'model.json')}`);
  expect(again.layers.map((layer) => [layer.name, layer.getClassName()])).toEqual(
    model.layers.map((layer) => [layer.name, layer.getClassName()]),
  );
  const x = tf.tensor2d([[1, -2, 3]]);
  const values = (of: tfl.LayersModel) => [...(of.predict(x) as tf.Tensor).dataSync()];
  expect(values(again)).toEqual(values(model));
});

test('a model.json in the layout of Keras 3 is translated', async () => {
  const model = await loadModel(`${FOLDER}/images.keras`);
  await saveModel(model, join(folder, 'converted'));
  const path = join(folder, 'converted', 'model.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as { modelTopology: unknown };
  const h5 = new TextDecoder('latin1').decode(await readFile(`${FOLDER}/images.h5`));
  const start = h5.indexOf('{"class_name"');
  const config = h5.slice(start, h5.indexOf('\u0000', start));
  json.modelTopology = { keras_version: '3.15.1', backend: 'tensorflow', model_config: JSON.parse(config) };
  await writeFile(path, JSON.stringify(json));
  expectKerasPredictions(await loadModel(path), 'images');
});

describe('is refused by name', () => {
  const refusal = async (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'nothing',
      (error: Error) => `${(error as { code?: string }).code} ${error.message}`,
    );

  test('a layer without a counterpart', async () => {
    expect(await refusal(loadModel(`${FOLDER}/unknown.keras`))).toMatch(
      /invalid-data .*layer 'own' is a Lambda, which has no counterpart/,
    );
  });

  test.each([
    [{ axis: 1 }, /layer 'norm' \(GroupNormalization\) has axis: 1/],
    [{ gamma_regularizer: { class_name: 'L2' } }, /has gamma_regularizer: {"class_name":"L2"}/],
  ])('a layer of ours with the setting %j', (config, message) => {
    const layer = { class_name: 'GroupNormalization', config: { name: 'norm', ...config } };
    const topology = { class_name: 'Sequential', config: { name: 'm', layers: [layer] } };
    expect(() => translateKeras(topology)).toThrow(message);
  });

  test('a file that is not there, or none of a model', async () => {
    expect(await refusal(loadModel('nowhere.keras'))).toMatch(/^io .*cannot read 'nowhere.keras'/);
    expect(await refusal(loadModel(`${FOLDER}/images.weights.h5`))).toContain('holds weights alone');
    expect(await refusal(loadModel(`${FOLDER}/expected.json`))).toContain('has no modelTopology');
    expect(await refusal(loadModel(Uint8Array.of(1, 2, 3)))).toContain('neither a .keras nor an .h5');
    expect(await refusal(loadModel(`${FOLDER}/images.keras`, { maxBytes: 9 }))).toContain(
      'more than maxBytes 9',
    );
  });

  test('a page of HTML, which servers give where there is no file', async () => {
    const page = new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } });
    vi.stubGlobal('fetch', async () => page);
    const said = await refusal(loadModel('https://example.com/digits.keras'));
    vi.unstubAllGlobals();
    expect(said).toMatch(/^io .*'https:\/\/example.com\/digits.keras': that address gives a page of HTML/);
  });

  test('weights of other layers', async () => {
    const model = mlp({ inputs: 3, hidden: [], outputs: 2, seed: 1 });
    expect(await refusal(loadModelWeights(model, `${FOLDER}/images.weights.h5`))).toMatch(
      /layer 'output' has weights \[3,2\], \[2\], the file \[27,4\], \[4\]/,
    );
  });

  test('weights outside the folder of model.json, and too few of them', async () => {
    const model = mlp({ inputs: 3, hidden: [], outputs: 2, seed: 1 });
    await saveModel(model, join(folder, 'bad'));
    const path = join(folder, 'bad', 'model.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"weights.bin"', '"../../weights.bin"'));
    expect(await refusal(loadModel(path))).toContain(
      "weights at '../../weights.bin' are not in the model's own folder",
    );
    await writeFile(path, text);
    await writeFile(join(folder, 'bad', 'weights.bin'), new Uint8Array(8));
    expect(await refusal(loadModel(path))).toContain('the weights do not fit');
  });

  test('an .h5 whose tables lead back into themselves', async () => {
    const good = new Uint8Array(await readFile(`${FOLDER}/images.h5`));
    const text = new TextDecoder('latin1').decode(good);
    const tree = text.indexOf('TREE');
    // Forty levels of tables, each of two entries that are the next table: 2^40 paths in 2 kB.
    const levels = 40;
    const size = 24 + 5 * 8;
    const bytes = new Uint8Array(good.length + levels * size);
    bytes.set(good);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < levels; i++) {
      const at = good.length + i * size;
      bytes.set(good.subarray(tree, tree + 24), at);
      view.setUint8(at + 5, levels - i);
      view.setUint16(at + 6, 2, true);
      const next = BigInt(i === levels - 1 ? tree : at + size);
      for (const entry of [32, 48]) view.setBigUint64(at + entry, next, true);
    }
    for (let at = 0; at + 8 <= good.length; at += 8)
      if (view.getBigUint64(at, true) === BigInt(tree)) view.setBigUint64(at, BigInt(good.length), true);
    expect(await refusal(loadModel(bytes))).toMatch(/^invalid-data .*tables lead back into themselves/);
  });

  test('an .h5 that takes too long', () => {
    let time = 0;
    const { buffer, start } = boundedBuffer(new Uint8Array(10_000_000), 'test', () => time);
    time = 21_000;
    expect(buffer.slice(4, 8).byteLength).toBe(4);
    time = 22_000;
    expect(() => buffer.slice(0, 1)).toThrow('lead back into themselves');
    start();
    expect(buffer.slice(9_999_999).byteLength).toBe(1);
  });

  test('an archive that unpacks to far more than it has, unless it is trusted', async () => {
    const zeros = new Uint8Array(deflateRawSync(new Uint8Array(100_000)));
    const bomb = zipOf('assets.bin', zeros, 2 ** 27);
    expect(await refusal(loadModel(bomb))).toMatch(
      /more than \d+ bytes, too many for the \d+ of the archive/,
    );
    expect(await refusal(loadModel(bomb, { maxBytes: 2 ** 28 }))).toContain('has no config.json');
    // One that lies about it is cut off at what it says.
    expect(await refusal(loadModel(zipOf('config.json', zeros, 10)))).toContain('more bytes than it says');
  });

  test('what is not unpacked for it has no say', async () => {
    const good = new Uint8Array(await readFile(`${FOLDER}/images.keras`));
    const at = new TextDecoder('latin1').decode(good).lastIndexOf('metadata.json');
    const odd = good.slice();
    // Its way of packing.
    odd[at - 46 + 10] = 99;
    expectKerasPredictions(await loadModel(odd), 'images');
  });

  test.each([
    ['layers that are none', { class_name: 'Sequential', config: { layers: [null] } }],
    ['a layer instead of a model', { class_name: 'Dense', config: { units: 1, layers: [] } }],
    ['a node that is none', { class_name: 'Functional', config: { layers: [{ class_name: 'Dense', config: {}, inbound_nodes: [7, null] }] } }], // prettier-ignore
    ['no name', { class_name: null, config: { layers: [] } }],
  ])('a configuration with %s', async (_, topology) => {
    const path = join(folder, 'odd.json');
    await writeFile(path, JSON.stringify({ modelTopology: topology, weightsManifest: [] }));
    expect(await refusal(loadModel(path))).toMatch(/^invalid-data/);
  });

  test.each([7, [null], [{ paths: 7 }], [{ paths: ['weights.bin'], weights: 7 }]])(
    'a list of weights that is %j',
    async (weightsManifest) => {
      const model = mlp({ inputs: 3, hidden: [], outputs: 2, seed: 1 });
      await saveModel(model, join(folder, 'manifest'));
      const path = join(folder, 'manifest', 'model.json');
      const json = JSON.parse(await readFile(path, 'utf8')) as object;
      await writeFile(path, JSON.stringify({ ...json, weightsManifest }));
      expect(await refusal(loadModel(path))).toMatch(/^invalid-data/);
    },
  );

  test('a damaged .keras, by its checksum', async () => {
    const bytes = new Uint8Array(await readFile(`${FOLDER}/images.keras`));
    bytes[20_000]! ^= 1;
    expect(await refusal(loadModel(bytes))).toContain("'model.weights.h5' in the zip archive is damaged");
  });

  test.each([1, 2, 3, 5, 7])(
    'nothing but an EspalierError comes of damaged files, one in %i bytes cut',
    async (part) => {
      for (const file of ['images.keras', 'images.h5']) {
        const bytes = new Uint8Array(await readFile(`${FOLDER}/${file}`));
        const cut = bytes.subarray(0, Math.floor(bytes.length / (part + 1)));
        expect(await refusal(loadModel(cut))).toMatch(/^invalid-data/);
      }
    },
  );
});
