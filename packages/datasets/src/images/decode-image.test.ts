import { readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { EspalierError } from '@espalier/core';
import { describe, expect, test, vi } from 'vitest';
import { decodeImage } from './decode-image.js';

interface Reference {
  readonly name: string;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly pixels: string;
}

const { images } = JSON.parse(
  readFileSync(
    new URL('../../../../testing/references/datasets/pillow_images.json', import.meta.url),
    'utf8',
  ),
) as { readonly images: readonly Reference[] };

/** Kinds that Pillow reads and that are refused here, with what is said. */
const REFUSED: Readonly<Record<string, string>> = {
  'png 1 bit interlaced': 'interlaced PNG files of 1 bits a sample',
  'png palette interlaced': 'interlaced PNG files of 4 bits a sample',
  'tiff grey opacity': 'TIFF files with 2 samples a pixel',
  'tiff planes': 'TIFF files with planes apart',
  'tiff planes in tiles': 'TIFF files with planes apart',
  'tiff bits reversed': 'TIFF files with the bits of each byte reversed',
  'tiff lzw bits reversed': 'TIFF files with the bits of each byte reversed',
};
const read = images.filter(({ name }) => !(name in REFUSED));

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const fileOf = (name: string): Uint8Array => bytesOf(images.find((image) => image.name === name)!.file);

test.each(read)(
  '$name has the pixels that Pillow reads',
  async ({ name, file, width, height, channels, pixels }) => {
    const decoded = await decodeImage(bytesOf(file));
    expect({ width: decoded.width, height: decoded.height, channels: decoded.channels }).toEqual({
      width,
      height,
      channels,
    });
    const expected = Buffer.from(pixels, 'base64');
    // Pillow rounds the 16 bits of a TIFF file.
    const off = decoded.data.map((value, i) => Math.abs(value - expected[i]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(name.startsWith('tiff 16 bit') ? 1 : 0);
  },
);

test('tiles are read without a line printed', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await decodeImage(fileOf('tiff tiles'));
  expect(print).not.toHaveBeenCalled();
  print.mockRestore();
});

test.each(images.filter(({ name }) => name in REFUSED))(
  '$name is refused by name',
  async ({ name, file }) => {
    await expect(decodeImage(bytesOf(file))).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining(REFUSED[name]!) as string,
    });
  },
);

test.each(read)('$name is read from a Buffer that lies within a larger one', async ({ file }) => {
  const bytes = bytesOf(file);
  const larger = Buffer.concat([Buffer.alloc(3, 7), bytes, Buffer.alloc(5, 7)]);
  const { data } = await decodeImage(larger.subarray(3, 3 + bytes.length));
  expect(data).toEqual((await decodeImage(bytes)).data);
});

test('reads a file that lies within a larger array, and leaves no ImageData behind', async () => {
  const file = fileOf('jpeg 4:2:0');
  const around = new Uint8Array(file.length + 20).fill(9);
  around.set(file, 11);
  const inside = await decodeImage(around.subarray(11, 11 + file.length));
  expect(inside.data).toEqual((await decodeImage(file)).data);
  expect('ImageData' in globalThis).toBe(false);
});

describe('refused', () => {
  const patched = (name: string, change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = fileOf(name);
    change(bytes);
    return bytes;
  };
  const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  /** Where a JPEG file has the header of its picture. */
  const frameOf = (bytes: Uint8Array): number => Buffer.from(bytes).indexOf(Uint8Array.of(0xff, 0xc0));
  /** A TIFF file with other values, of one or of all samples, for tags. */
  const tagged = (name: string, values: Readonly<Record<number, number>>): Uint8Array =>
    patched(name, (bytes) => {
      const all = view(bytes);
      const little = bytes[0] === 0x49;
      const directory = all.getUint32(4, little);
      for (let at = directory + 2; at < directory + 2 + 12 * all.getUint16(directory, little); at += 12) {
        const value = values[all.getUint16(at, little)];
        if (value === undefined) continue;
        if (all.getUint16(at + 2, little) === 3) all.setUint16(at + 8, value, little);
        else all.setUint32(at + 8, value, little);
      }
    });

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'no PNG, JPEG, BMP or TIFF file: it begins with nothing'],
    ['text', new TextEncoder().encode('a picture'), 'it begins with 61 20 70 69'],
    ['a GIF', new TextEncoder().encode('GIF89a'), 'this is a GIF file, which is not read; give a PNG'],
    ['a WebP', new TextEncoder().encode('RIFF\x10\0\0\0WEBPVP8 '), 'this is a WebP file'],
    ['a HEIC', new TextEncoder().encode('\0\0\0\x20ftypheic'), 'this is an AVIF or HEIC file'],
    ['a BigTIFF', Uint8Array.of(0x4d, 0x4d, 0, 0x2b, 0, 8, 0, 0), 'this is a BigTIFF file'],
    ['a page', new TextEncoder().encode('\n<!DOCTYPE html>'), 'or a web page'],
    ['a Git LFS pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1'), 'Git LFS'],
    [
      'a header that ends',
      fileOf('png rgb').subarray(0, 18),
      'the file is cut short: 18 bytes end within its header',
    ],
    ['a BMP cut short', fileOf('bmp 24 bit').subarray(0, 200), 'the BMP file is cut short'],
    ['a TIFF cut short', fileOf('tiff raw').subarray(0, 700), 'cut short'],
    ['a PNG cut short', fileOf('png rgb').subarray(0, 120), 'the PNG file is cut short: its end is missing'],
    [
      'a compressed BMP',
      patched('bmp 8 bit grey', (b) => view(b).setUint32(30, 4, true)),
      'BMP compression 4 is not supported',
    ],
    [
      'runs that end too early',
      fileOf('bmp runs of bytes').subarray(0, 1200),
      'the BMP file is damaged or cut short: its runs end too early',
    ],
    [
      'a BMP whose pixels begin in its header',
      patched('bmp 24 bit', (b) => view(b).setUint32(10, 20, true)),
      'its pixels would begin at byte 20',
    ],
    ['CMYK', patched('jpeg 4:2:0', (b) => void (b[frameOf(b) + 9] = 4)), '4 components a pixel (CMYK)'],
    ['arithmetic coding', patched('jpeg 4:2:0', (b) => void (b[frameOf(b) + 1] = 0xc9)), 'arithmetic coding'],
    [
      'a JPEG of more pixels than it can hold',
      patched('jpeg 4:2:0', (b) => view(b).setUint32(frameOf(b) + 5, 8000 * 65536 + 8000)),
      'cannot hold 8000 x 8000 pixels',
    ],
    [
      'a PNG of more pixels than it can hold',
      patched('png rgb', (b) => {
        view(b).setUint32(16, 8000);
        view(b).setUint32(20, 8000);
        view(b).setUint32(29, zlib.crc32(b.subarray(12, 29)));
      }),
      'its pixels end too early',
    ],
    [
      'a PNG with a byte changed',
      patched('png rgb', (b) => void (b[60]! ^= 4)),
      'the PNG file cannot be decoded',
    ],
    ['a PNG sent as text', patched('png rgb', (b) => void (b[4] = 10)), 'it does not begin with its header'],
    ['JPEG within TIFF', tagged('tiff raw', { 259: 7 }), 'TIFF files with compression 7 (JPEG)'],
    ['grey of 4 bits', tagged('tiff grey', { 258: 4 }), 'samples of 4 bits'],
    ['YCbCr', tagged('tiff raw', { 262: 6 }), 'colours of kind 6 (YCbCr)'],
    ['32 bits a sample', tagged('tiff 16 bit differences', { 258: 32 }), 'samples of 32 bits'],
    [
      'tiles of more pixels than they can hold',
      tagged('tiff planes in tiles', { 284: 1, 322: 65_520, 323: 65_520 }),
      'cut short: its pixels lie beyond its end',
    ],
    ['fewer strips than rows need', tagged('tiff raw', { 278: 2 }), 'it needs 10 strips or tiles and has 1'],
    ['a huge PNG', patched('png rgb', (b) => view(b).setUint32(16, 2 ** 31)), 'more than maxPixels 67108864'],
    [
      'a huge BMP',
      patched('bmp 24 bit', (b) => view(b).setInt32(22, -(2 ** 30), true)),
      'more than maxPixels',
    ],
    ['no pixels', patched('png rgb', (b) => view(b).setUint32(16, 0)), '0 x 19 pixels'],
    [
      'other colours than the palette has',
      patched('bmp palette', (b) => b.fill(255, b.length - 30)),
      'its palette has',
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(decodeImage(bytes)).rejects.toThrow(message);
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'invalid-data' });
  });

  test('a PNG that unpacks to more than its header says', async () => {
    const bomb = zlib.deflateSync(Buffer.alloc(2 ** 25));
    const chunk = (type: string, data: Uint8Array): Buffer => {
      const body = Buffer.concat([Buffer.from(type), data]);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(zlib.crc32(body));
      return Buffer.concat([length, body, sum]);
    };
    const header = Buffer.from([0, 0, 0, 5, 0, 0, 0, 5, 8, 0, 0, 0, 0]);
    const signature = fileOf('png rgb').subarray(0, 8);
    const file = Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', bomb),
      chunk('IEND', Buffer.alloc(0)),
    ]);
    await expect(decodeImage(new Uint8Array(file))).rejects.toThrow(
      'unpacks to more than its size in pixels',
    );
  });

  test('more pixels than are allowed, and what is no file', async () => {
    await expect(decodeImage(fileOf('png rgb'), { maxPixels: 398 })).rejects.toThrow(
      '21 x 19 pixels, more than maxPixels 398',
    );
    await expect(decodeImage('x' as never)).rejects.toThrow("bytes must be a Uint8Array, got 'x'");
  });

  test('damage anywhere gives an EspalierError or a picture, never another error, and the next file is read', async () => {
    for (const { name, file, width, height, channels } of read) {
      const { data } = await decodeImage(bytesOf(file));
      for (let i = 0; i < 40; i++) {
        const bytes = bytesOf(file);
        const at = (i * 7919 + name.length * 31) % bytes.length;
        bytes[at]! ^= 1 << (i % 8);
        const result = await decodeImage(i % 4 === 3 ? bytes.subarray(0, at) : bytes, {
          maxPixels: 10_000,
        }).catch((error: unknown) => error);
        if (!(result instanceof EspalierError))
          expect(result, `${name}, byte ${at}`).toHaveProperty('channels');
      }
      const whole = await decodeImage(bytesOf(file));
      expect([whole.width, whole.height, whole.channels]).toEqual([width, height, channels]);
      expect(whole.data).toEqual(data);
    }
  });
});
