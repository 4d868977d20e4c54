import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { afterAll, describe, expect, test } from 'vitest';
import { sharedData } from '@espalier/testkit';
import { fromImageFiles, type ImageFile } from './from-image-files.js';
import { imageFolder } from './image-folder.js';

const { images } = JSON.parse(
  readFileSync(
    new URL('../../../../testing/references/datasets/pillow_images.json', import.meta.url),
    'utf8',
  ),
) as {
  readonly images: readonly { readonly name: string; readonly file: string; readonly pixels: string }[];
};
const fileOf = (name: string): Buffer =>
  Buffer.from(images.find((image) => image.name === name)!.file, 'base64');
const pixelsOf = (name: string): Buffer =>
  Buffer.from(images.find((image) => image.name === name)!.pixels, 'base64');

const dir = mkdtempSync(join(tmpdir(), 'espalier-images-'));
afterAll(() => rmSync(dir, { recursive: true }));

function folder(name: string, files: Readonly<Record<string, Buffer | string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(dir, name, path, '..'), { recursive: true });
    writeFileSync(join(dir, name, path), content);
  }
  return join(dir, name);
}

const pixels = (dataset: Dataset): Uint8Array => dataset.arrays!.inputs['input']!.data as Uint8Array;
const labels = (dataset: Dataset): number[] => [...dataset.arrays!.targets['target']!.data];

const grey = folder('grey', {
  'b/2.png': fileOf('png grey'),
  'b/10.bmp': fileOf('bmp 1 bit'),
  'a/x.TIFF': fileOf('tiff ccitt'),
  'b/readme.txt': 'no image',
  'b/.hidden.png': 'no image',
  'list.csv': 'no image',
});

describe('a folder of images', () => {
  test('has a class for each folder, sorted, and bytes scaled to [0, 1]', async () => {
    const data = await imageFolder({ dir: grey });
    expect(data.classNames).toEqual(['a', 'b']);
    expect(labels(data)).toEqual([0, 1, 1]);
    expect(data.inputs).toEqual({ input: { shape: [19, 21, 1], dtype: 'float32' } });
    const expected = Buffer.concat(['tiff ccitt', 'bmp 1 bit', 'png grey'].map(pixelsOf));
    expect(Buffer.compare(pixels(data), expected)).toBe(0);
    expect(Math.max(...toTensorData(data.arrays!.inputs['input']!))).toBe(1);
    expect((await imageFolder({ dir: grey, flatten: true })).inputs['input']!.shape).toEqual([399]);
  });

  test('takes the classes of another one, those without an image too', async () => {
    const data = await imageFolder({ dir: grey, classNames: ['b', 'c', 'a'] });
    expect(labels(data)).toEqual([0, 0, 2]);
    expect(data.classNames).toEqual(['b', 'c', 'a']);
    await expect(imageFolder({ dir: grey, classNames: ['a'] })).rejects.toThrow(
      "is of class 'b'; the classes are a",
    );
  });

  test('brings all to the channels that are asked for: grey as Pillow makes it', async () => {
    const mixed = folder('mixed', { 'a/1.png': fileOf('png rgb'), 'a/2.png': fileOf('png grey') });
    await expect(imageFolder({ dir: mixed })).rejects.toThrow('a/2.png has 1 channels');
    const [color, mono] = [
      await imageFolder({ dir: mixed, channels: 3 }),
      await imageFolder({ dir: mixed, channels: 1 }),
    ];
    expect(Buffer.compare(pixels(color).subarray(0, 1197), pixelsOf('png rgb'))).toBe(0);
    expect([...pixels(color).subarray(1197, 1203)]).toEqual([0, 0, 0, 7, 7, 7]);
    const [r, g, b] = pixelsOf('png rgb').subarray(300, 303);
    expect(pixels(mono)[100]).toBe(Math.floor((19595 * r! + 38470 * g! + 7471 * b! + 32768) / 65536));
    expect(Buffer.compare(pixels(mono).subarray(399), pixelsOf('png grey'))).toBe(0);
    const opaque = await imageFolder({ dir: mixed, channels: 4 });
    expect([...pixels(opaque).subarray(1596, 1600)]).toEqual([0, 0, 0, 255]);
  });

  test.each<[string, Readonly<Record<string, Buffer | string>>, string]>([
    ['no folders', { 'list.txt': '' }, 'has no folders with images'],
    [
      'images of two sizes',
      { 'a/1.png': fileOf('png grey'), 'a/2.png': smallPng() },
      'a/2.png: the image is 1 x 1 pixels',
    ],
    [
      'a damaged one',
      { 'a/1.png': fileOf('png grey').subarray(0, 60) },
      'a/1.png: the PNG file is cut short',
    ],
    ['a format that is not read', { 'a/1.webp': 'x' }, 'a/1.webp is of a format that is not read'],
    [
      'a class without images',
      { 'a/1.png': fileOf('png grey'), 'b/x.txt': '' },
      '/b has no images, and each folder is a class',
    ],
    [
      'images in deeper folders',
      { 'a/1.png': fileOf('png grey'), 'a/more/2.png': fileOf('png grey') },
      'a/more has images and lies within the folder of a class',
    ],
    ['what is no image under that name', { 'a/1.jpg': 'text' }, 'a/1.jpg: this is no PNG, JPEG, BMP or TIFF'],
  ])('refuses %s, naming the file', async (what, files, message) => {
    await expect(imageFolder({ dir: folder(what, files) })).rejects.toThrow(message);
  });

  test('refuses a folder that is not there, bad options, and more than may be taken', async () => {
    await expect(imageFolder({ dir: join(dir, 'nowhere') })).rejects.toMatchObject({ code: 'io' });
    await expect(imageFolder({ dir: grey, maxBytes: 1196 })).rejects.toThrow(
      '3 images of 19 x 21 x 1 take 1197 bytes',
    );
    await expect(imageFolder({ dir: grey, channels: 2 as never })).rejects.toThrow(
      'channels must be 1, 3 or 4, got 2',
    );
    await expect(imageFolder({ dir: grey, chanels: 1 } as never)).rejects.toThrow(
      "did you mean 'channels'".replace('did', 'Did'),
    );
    await expect(imageFolder(undefined as never)).rejects.toThrow('dir');
  });
});

test('files of a page: the folder that a file lies in is its class', async () => {
  const file = (path: string, bytes: Buffer) => ({
    name: path.split('/').at(-1)!,
    webkitRelativePath: path,
    arrayBuffer: async () => new Uint8Array(bytes).buffer,
  });
  const list = [file('digits/1/a.png', fileOf('png grey')), file('digits/0/b.bmp', fileOf('bmp 8 bit grey'))];
  const data = await fromImageFiles(list);
  expect(data.classNames).toEqual(['0', '1']);
  expect(
    Buffer.compare(pixels(data), Buffer.concat([pixelsOf('bmp 8 bit grey'), pixelsOf('png grey')])),
  ).toBe(0);
  const loose: ImageFile = { path: 'a.png', bytes: () => fileOf('png grey') };
  await expect(fromImageFiles([loose])).rejects.toThrow('a.png lies in no folder');
  await expect(fromImageFiles([])).rejects.toThrow('there are no image files');
  await expect(fromImageFiles([{} as never])).rejects.toThrow('a file must be { path, bytes } or a File');
});

const gurmukhi = sharedData('gurmukhi-digits');

test.runIf(gurmukhi)(
  '1,178 Gurmukhi digits, 1-bit BMP and CCITT TIFF, are as Pillow reads them (needs the files)',
  async () => {
    const train = await imageFolder({ dir: `${gurmukhi!}/train` });
    const validation = await imageFolder({ dir: `${gurmukhi!}/val`, classNames: train.classNames! });
    const hash = (data: Dataset): string => createHash('sha256').update(pixels(data)).digest('hex');
    expect([train.size, validation.size]).toEqual([1000, 178]);
    expect(train.classNames).toEqual([...'0123456789']);
    expect(labels(train).filter((label) => label === 7)).toHaveLength(100);
    // Pillow 13.0, files sorted by class and name, mode L.
    expect(hash(train)).toBe('30fd9910fb5f26d5db2192cf8b7bfd396f721928360ed191a132b5763cfa9564');
    expect(hash(validation)).toBe('9dfe904da6b5e836fbb65d4ac1dd8e987bb9757fb30d94d5030fd98844bf46ae');
  },
);

function smallPng(): Buffer {
  return Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
    'base64',
  );
}

test('hidden folders and files, links to files and loops of links are passed over', async () => {
  const at = folder('.cache/odd', {
    'a/1.PNG': fileOf('png grey'),
    'a/.DS_Store': 'x',
    'a/Thumbs.db': 'x',
    'a/._1.png': 'x',
    '.git/1.png': 'x',
    '__MACOSX/a/1.png': 'x',
    'b/2.jpeg': fileOf('png grey'),
    'readme.md': 'x',
  });
  symlinkSync(join(at, 'readme.md'), join(at, 'linked.md'));
  symlinkSync('..', join(at, 'a', 'loop'));
  const data = await imageFolder({ dir: at });
  expect([data.size, data.classNames]).toEqual([2, ['a', 'b']]);
});

test('a folder without images is no class where the classes are given', async () => {
  const at = folder('empty', { 'a/1.png': fileOf('png grey'), 'b/x.txt': '' });
  expect((await imageFolder({ dir: at, classNames: ['a'] })).classNames).toEqual(['a']);
  expect((await imageFolder({ dir: at, classNames: ['b', 'a'] })).classNames).toEqual(['b', 'a']);
});

describe('files of a browser', () => {
  const file = (webkitRelativePath: string, name = 'png grey') => ({
    name: webkitRelativePath.split('/').at(-1)!,
    webkitRelativePath,
    arrayBuffer: () => Promise.resolve(new Uint8Array(fileOf(name)).buffer),
  });

  test('are those that a folder would give', async () => {
    const data = await fromImageFiles(
      ['pets/cats/1.png', 'pets/dogs/2.png', 'pets/cats/.DS_Store', 'pets/list.csv'].map((path) =>
        file(path),
      ),
    );
    expect([data.size, data.classNames]).toEqual([2, ['cats', 'dogs']]);
  });

  test('must be equally deep, and be files', async () => {
    const files = ['pets/cats/1.png', 'pets/cover.png'].map((path) => file(path));
    await expect(fromImageFiles(files)).rejects.toThrow(
      'pets/cats/1.png and pets/cover.png are not equally deep in folders',
    );
    await expect(fromImageFiles([file('1.png')])).rejects.toThrow('1.png lies in no folder');
    await expect(fromImageFiles([null as never])).rejects.toThrow(
      'a file must be { path, bytes } or a File, got null',
    );
    await expect(fromImageFiles([{ path: 'a/1.png' } as never])).rejects.toThrow('a file must be');
  });
});
