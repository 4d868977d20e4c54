import { describe, expect, test } from 'vitest';
import { stream } from '../random.js';
import type { Checkpoint } from './checkpoint.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-codec.js';

const checkpoint: Checkpoint = {
  format: 'espalier-checkpoint',
  version: 1,
  seed: 7,
  epoch: 1,
  stepInEpoch: 1,
  step: 5,
  stepsPerEpoch: 4,
  batchSize: 3,
  position: { examples: 64 },
  learningRate: 0.01,
  stopReason: 'enough',
  setup: { plugins: [{ name: 'plateau', config: { patience: 2 } }], versions: {} },
  examples: 11,
  learningRateFactors: { plateau: 0.1 },
  epochs: [{ epoch: 0, loss: Number.NaN, val_loss: -Infinity }],
  events: [],
  seconds: [0.25],
  totals: { 'loss/y': [0.1 + 0.2] },
  logged: {},
  validation: {},
  validatedAtStep: -1,
  plugins: { stopping: { best: Infinity, text: 'é "quoted"' } },
  arrays: {
    'parameters/a': {
      data: Float32Array.from([1.5, Number.NaN, -0, 1e-40]),
      shape: [2, 2],
      dtype: 'float32',
    },
    'slots/n': { data: Int32Array.from([-1]), shape: [], dtype: 'int32' },
    'saved/p/mask': { data: Uint8Array.from([1, 0, 1]), shape: [3], dtype: 'int32' },
    'parameters/empty': { data: new Float32Array(0), shape: [0, 4], dtype: 'float32' },
  },
};

test('reads a Buffer, as readFile gives it, and leaves its bytes alone', () => {
  const whole = encodeCheckpoint(checkpoint);
  const file = Buffer.from(whole);
  expect(decodeCheckpoint(file)).toEqual(checkpoint);
  expect(new Uint8Array(file)).toEqual(whole);
});

function headerOf(bytes: Uint8Array): { length: number; header: Record<string, never> } {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  return { length, header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) };
}

/** The file with its header replaced. */
function withHeader(header: unknown): Uint8Array {
  const bytes = encodeCheckpoint(checkpoint);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const { length } = headerOf(bytes);
  const changed = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  new DataView(changed.buffer).setBigUint64(0, BigInt(text.length), true);
  changed.set(text, 8);
  changed.set(bytes.subarray(8 + length), 8 + text.length);
  return changed;
}

describe('checkpoint files', () => {
  test('come back as they were, to the bit', () => {
    const read = decodeCheckpoint(encodeCheckpoint(checkpoint));
    expect(read).toEqual(checkpoint);
    expect(Object.is(read.arrays['parameters/a']!.data[2], -0)).toBe(true);
  });

  test('are safetensors files: header length, JSON header, offsets', () => {
    const bytes = encodeCheckpoint(checkpoint);
    const { length, header } = headerOf(bytes);
    expect((8 + length) % 8).toBe(0);
    expect(header['parameters/a']).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] });
    expect(header['saved/p/mask']).toEqual({ dtype: 'U8', shape: [3], data_offsets: [20, 23] });
  });

  test('cut short anywhere are refused', () => {
    const bytes = encodeCheckpoint(checkpoint);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(/\[checkpoint\] cannot read/);
    }
    expect(() => decodeCheckpoint(bytes.subarray(0, bytes.length - 1))).toThrow(/\[checkpoint\]/);
  });

  test('with bytes too many are refused', () => {
    const bytes = encodeCheckpoint(checkpoint);
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(() => decodeCheckpoint(longer)).toThrow('damaged');
  });

  test('of a newer version say so', () => {
    const newer = encodeCheckpoint({ ...checkpoint, version: 2 as 1 });
    expect(() => decodeCheckpoint(newer)).toThrow(
      'of version 2, this program reads version 1; update @espalier/core',
    );
  });

  test('that claim huge sizes are refused before memory is taken', () => {
    const bytes = encodeCheckpoint(checkpoint);
    const huge = bytes.slice();
    new DataView(huge.buffer).setBigUint64(0, 2n ** 60n, true);
    expect(() => decodeCheckpoint(huge)).toThrow('not a safetensors file');
    const { header } = headerOf(bytes);
    const claim = (entry: unknown) => withHeader({ ...header, 'parameters/a': entry });
    const dims = claim({ dtype: 'F32', shape: [2 ** 31, 2 ** 31], data_offsets: [0, 16] });
    expect(() => decodeCheckpoint(dims)).toThrow('does not fit its 16 bytes');
    const far = claim({ dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 2 ** 42] });
    expect(() => decodeCheckpoint(far)).toThrow('cut short');
    const negative = claim({ dtype: 'F32', shape: [4], data_offsets: [-16, 0] });
    expect(() => decodeCheckpoint(negative)).toThrow('damaged');
    const dtype = claim({ dtype: 'F16', shape: [8], data_offsets: [0, 16] });
    expect(() => decodeCheckpoint(dtype)).toThrow('damaged');
  });

  test('of weights alone, without a run, say so', () => {
    const { header } = headerOf(encodeCheckpoint(checkpoint));
    expect(() => decodeCheckpoint(withHeader({ ...header, __metadata__: {} }))).toThrow(
      'no state of an Espalier run',
    );
  });

  test('with entries on the same bytes are refused before memory is taken', () => {
    const { header } = headerOf(encodeCheckpoint(checkpoint));
    const again = Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [`slots/copy_${i}`, header['parameters/a']]),
    );
    expect(() => decodeCheckpoint(withHeader({ ...header, ...again }))).toThrow(
      "'slots/copy_0' begins at byte 0, the array before it ends at 23",
    );
  });

  test.each<[string, object, string]>([
    ['a negative epoch', { epoch: -1 }, "'epoch'"],
    ['no epochs', { epochs: null }, "'epochs'"],
    ['a line without numbers', { epochs: [{ epoch: 0, loss: 'low' }] }, "'epochs'"],
    ['an event without a source', { events: [{ epoch: 0, step: 1, message: 'so' }] }, "'events'"],
    ['totals that are no lists', { totals: { loss: 3 } }, "'totals'"],
    ['a step before its epoch', { step: 0 }, 'contradict'],
    ['more steps than an epoch has', { stepInEpoch: 5, step: 9 }, 'contradict'],
    ['fewer lines than epochs', { epochs: [] }, 'contradict'],
    ['a part of its own', { extra: 1 }, "'extra'"],
    ['a factor below zero', { learningRateFactors: { plateau: -1 } }, "'learningRateFactors'"],
  ])('with %s are refused', (_, part, message) => {
    const bytes = encodeCheckpoint({ ...checkpoint, ...part } as Checkpoint);
    expect(() => decodeCheckpoint(bytes)).toThrow(message);
  });

  test('that were damaged anywhere in any way are refused', () => {
    const bytes = encodeCheckpoint(checkpoint);
    const numbers = stream(1, 'damage', 0);
    const draw = (below: number): number => Math.floor(numbers.uniforms(1)[0]! * below);
    for (let i = 0; i < 2000; i++) {
      const at = draw(bytes.length);
      const kind = i % 4;
      let damaged = bytes.slice();
      if (kind === 0) damaged[at]! ^= 1 << draw(8);
      else if (kind === 1)
        damaged.set(
          Uint8Array.from({ length: 8 }, () => draw(256)),
          Math.min(at, bytes.length - 8),
        );
      else if (kind === 2)
        damaged = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + draw(9))]);
      else damaged = Uint8Array.from([...bytes.subarray(0, at), draw(256), ...bytes.subarray(at)]);
      expect(() => decodeCheckpoint(damaged), `damage ${i} at byte ${at}`).toThrow(
        /^\[checkpoint\] cannot read/,
      );
    }
  });
});
