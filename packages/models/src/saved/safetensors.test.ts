import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { loadWeights } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import { torchWeights } from './torch-weights.js';

const FOLDER = 'testing/references/models/saved';
const read = async (name: string) => new Uint8Array(await readFile(`${FOLDER}/${name}`));

interface Fixture {
  readonly inputs: number[];
  readonly outputs: number[];
  readonly half: string[];
  readonly brain: string[];
}
let fixture: Fixture;

beforeAll(async () => {
  await tf.setBackend('cpu');
  fixture = JSON.parse(await readFile(`${FOLDER}/torch.json`, 'utf8')) as Fixture;
});

const python = (text: string): number => Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'));

test("reads PyTorch's types", async () => {
  const { tensors } = readSafetensors(await read('types.safetensors'));
  expect([...tensors['half']!.data]).toEqual(fixture.half.map(python));
  expect([...tensors['brain']!.data]).toEqual(fixture.brain.map(python));
  expect(tensors['double']!.data[1]).toBe(Math.fround(-0.1));
  expect(tensors['long']).toEqual({ data: Int32Array.of(-3, 2 ** 31 - 1), shape: [1, 2], dtype: 'int32' });
  expect([...tensors['bytes']!.data]).toEqual([0, 255]);
  expect([...tensors['flags']!.data]).toEqual([1, 0]);
  expect(tensors['scalar']).toEqual({ data: Float32Array.of(2.5), shape: [], dtype: 'float32' });
  expect(tensors['none']!.shape).toEqual([0, 3]);
});

test("a network of PyTorch predicts the same with its weights in TensorFlow.js' layouts", async () => {
  const { tensors, metadata } = readSafetensors(await read('torch.safetensors'));
  expect(metadata).toEqual({ made: 'by torch' });
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: 'conv_1', filters: 3, kernelSize: 3, inputShape: [5, 5, 2] }),
      tfl.layers.batchNormalization({ name: 'norm_1', epsilon: 1e-5 }),
      tfl.layers.reLU(),
      tfl.layers.globalAveragePooling2d({} as never),
      tfl.layers.dense({ name: 'output', units: 2 }),
    ],
  });
  loadWeights(model, torchWeights(tensors, { conv: 'conv_1', norm: 'norm_1', fc: 'output' }));
  const predicted = model.predict(tf.tensor4d(fixture.inputs, [2, 5, 5, 2])) as tf.Tensor;
  [...predicted.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(fixture.outputs[i]!, 5));
});

test('writes what it reads, the same bytes each time', async () => {
  const { tensors } = readSafetensors(await read('torch.safetensors'));
  const { 'norm.num_batches_tracked': _, ...weights } = tensors;
  const bytes = writeSafetensors(weights, { metadata: { by: 'us' } });
  expect(readSafetensors(bytes)).toEqual({ tensors: weights, metadata: { by: 'us' } });
  expect(writeSafetensors(weights, { metadata: { by: 'us' } })).toEqual(bytes);
  // Numbers begin at a multiple of 8 bytes, as the format wants.
  expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
});

test('modules that are not there, and tensors without a counterpart', async () => {
  const { tensors } = readSafetensors(await read('torch.safetensors'));
  expect(() => torchWeights(tensors, { fc1: 'output' })).toThrow(
    /there is no module 'fc1'; there are (?=.*conv)(?=.*norm)(?=.*fc)/,
  );
  const odd = { 'rnn.weight_ih_l0': { data: new Float32Array(4), shape: [2, 2], dtype: 'float32' } } as const;
  expect(() => torchWeights(odd, { rnn: 'lstm' })).toThrow("'rnn.weight_ih_l0' [2, 2] has no counterpart");
  expect(() => torchWeights(tensors, {})).toThrow("modules must be layers' names by module");
});

describe('a bad file is refused', () => {
  const file = (header: unknown, payload = 8): Uint8Array => {
    const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + payload);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  };
  const one = (changes: object = {}) => ({
    a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...changes },
  });
  const two = (b: readonly number[]) => ({ ...one(), b: { dtype: 'F32', shape: [2], data_offsets: b } });

  test('and a good one is not', () => {
    expect(readSafetensors(file(one())).tensors['a']!.shape).toEqual([2]);
  });

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(3), 'fewer than 8 bytes'],
    ['a header longer than the file', file(one()).subarray(0, 40), 'its header is to have'],
    ['a header of 2^63 bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 1), 'its header is to have'],
    ['no JSON', file('{"a":'), 'its header is not JSON'],
    ['a list', file([1]), 'does not describe tensors'],
    ['an unknown dtype', file(one({ dtype: 'F8_E4M3' })), "'a' has dtype 'F8_E4M3'"],
    ['an inherited dtype', file(one({ dtype: 'toString' })), "'a' has dtype 'toString'"],
    [
      'a huge shape',
      file(one({ shape: [1e15] })),
      "'a' [1000000000000000] of F32 needs 4000000000000000 bytes",
    ],
    ['a shape that overflows', file(one({ shape: [2 ** 52, 2 ** 52] })), 'needs'],
    ['a shape below 0', file(one({ shape: [-2] })), 'no shape of whole numbers'],
    ['offsets that do not fit', file(one({ data_offsets: [0, 4] })), 'needs 8 bytes, and has 4'],
    ['a gap', file(two([9, 17]), 17), "'b' begins at byte 9 of the payload, and 8 was next"],
    ['an overlap', file(two([0, 8])), "'b' begins at byte 0 of the payload, and 8 was next"],
    ['bytes at the end', file(one(), 9), 'its tensors have 8 bytes, and the payload has 9'],
    ['a cut payload', file(one(), 7), 'its tensors have 8 bytes, and the payload has 7'],
    ['metadata that are none', file({ ...one(), __metadata__: { a: 1 } }), 'not texts by name'],
    [
      'a number beyond int32',
      (() => {
        const bytes = file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } });
        bytes[bytes.length - 1] = 1;
        return bytes;
      })(),
      'beyond int32',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

test('arrays that do not fit are not written', () => {
  const bad = { a: { data: Float32Array.of(1), shape: [2], dtype: 'float32' } } as const;
  expect(() => writeSafetensors(bad)).toThrow("'a' does not have as many numbers as its shape says");
  expect(() => writeSafetensors({}, { metadata: { a: 1 } as never })).toThrow(
    'metadata must be texts by name',
  );
});
