import { gzipSync } from 'node:zlib';
import { EspalierError } from '@espalier/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gunzip } from './gunzip.js';

const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);
const file = new Uint8Array(gzipSync(content));

function stating(bytes: Uint8Array, size: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(copy.length - 4, size, true);
  return copy;
}

test('gives back what was compressed', async () => {
  expect(await gunzip(file)).toEqual(content);
  expect(await gunzip(new Uint8Array(gzipSync(new Uint8Array(0))))).toEqual(new Uint8Array(0));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(await gunzip(new Uint8Array(gzipSync(bytes)))).toEqual(bytes);
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('a file cut short anywhere is an error of ours', async () => {
  for (const length of [0, 1, 2, 10, 17, 18, 30, file.length - 9, file.length - 8, file.length - 1]) {
    await expect(gunzip(file.slice(0, length))).rejects.toMatchObject({
      name: 'EspalierError',
      code: 'invalid-data',
    });
  }
});

test('damage is an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = file.slice();
      damaged[at]! ^= change;
      // The header's flags, time and system may change without harm; all else is covered by a checksum.
      const outcome = await gunzip(damaged).catch((caught: unknown) => caught);
      if (outcome instanceof Uint8Array) expect(outcome).toEqual(content);
      else expect(outcome).toBeInstanceOf(EspalierError);
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('a file that grows beyond maxBytes is refused', async () => {
  expect(await gunzip(file, { maxBytes: 5000 })).toEqual(content);
  await expect(gunzip(file, { maxBytes: 4999 })).rejects.toThrow(
    '[gunzip] the content has 5000 bytes, more than maxBytes 4999',
  );
});

test('a bomb that understates its size stops at that size', async () => {
  const bomb = stating(new Uint8Array(gzipSync(new Uint8Array(20_000_000))), 100);
  await expect(gunzip(bomb, { maxBytes: 1000 })).rejects.toThrow(/longer than the 100 bytes/);
});

test('a claim that the bytes cannot hold takes no memory', async () => {
  await expect(gunzip(stating(file, 0xfffffff0), { maxBytes: Infinity })).rejects.toMatchObject({
    code: 'invalid-option',
  });
  await expect(gunzip(stating(file, 0xfffffff0), { maxBytes: 2 ** 40 })).rejects.toThrow(
    /bytes cannot hold the 4294967280 that it states/,
  );
});

test('several members and overstated sizes are told', async () => {
  const two = new Uint8Array([...file, ...file]);
  await expect(gunzip(two)).rejects.toMatchObject({ code: 'invalid-data' });
  await expect(gunzip(stating(file, 5001))).rejects.toMatchObject({ code: 'invalid-data' });
});

test('what is not compressed is told', async () => {
  await expect(gunzip(Uint8Array.of(0, 0, 8, 1))).rejects.toThrow(/does not begin with 1f 8b; use the bytes/);
});
