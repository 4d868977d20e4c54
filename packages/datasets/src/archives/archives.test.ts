import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { tarOf } from '../tar.fixture.js';
import { crc32 } from './crc32.js';
import { extractArchive } from './extract-archive.js';
import { readArchive } from './read-archive.js';

const reference = JSON.parse(
  readFileSync(
    new URL('../../../../testing/references/datasets/python_archives.json', import.meta.url),
    'utf8',
  ),
) as { readonly files: Readonly<Record<string, string>>; readonly zip: string; readonly tarGz: string };
const decode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const dir = mkdtempSync(join(tmpdir(), 'espalier-archives-'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Stated {
  readonly size?: number;
  readonly checksum?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly attributes?: number;
}

/** A zip archive of deflated files, where wanted with other numbers in its directory than are true. */
function zipOf(
  files: Readonly<Record<string, Uint8Array>>,
  stated: Stated = {},
  overlap = false,
): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [path, data] of Object.entries(files)) {
    const [name, packed] = [Buffer.from(path), deflateRawSync(data)];
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry[5] = 3;
    entry.writeUInt16LE(stated.flags ?? 0, 8);
    entry.writeUInt16LE(stated.method ?? 8, 10);
    entry.writeUInt32LE(stated.checksum ?? crc32(data), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(stated.size ?? data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(stated.attributes ?? 0, 38);
    entry.writeUInt32LE(overlap ? 0 : at, 42);
    locals.push(local, name, packed);
    directory.push(entry, name);
    at += 30 + name.length + packed.length;
  }
  const [body, list, end] = [Buffer.concat(locals), Buffer.concat(directory), Buffer.alloc(22)];
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(body.length, 16);
  return new Uint8Array(Buffer.concat([body, list, end]));
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

test.each(['zip', 'tarGz'] as const)("files of Python's %s are read, in their order", async (kind) => {
  const files = await readArchive(decode(reference[kind]));
  expect(files.map(({ path }) => path)).toEqual(Object.keys(reference.files));
  for (const { path, data } of files) expect(data, path).toEqual(decode(reference.files[path]!));
});

test('a checksum is that of the standard', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

test('bombs are refused before memory is taken, or where they burst', async () => {
  const zeros = new Uint8Array(2 ** 20);
  const bomb = zipOf({ 'a.txt': zeros });
  await expect(readArchive(bomb, { maxBytes: 2 ** 19 })).rejects.toThrow('the files have 1048576 bytes, more than maxBytes 524288'); // prettier-ignore
  // A directory that lies: more than its bytes can hold, and less than they do.
  await expect(readArchive(zipOf({ 'a.txt': zeros }, { size: 2 ** 31 }))).rejects.toThrow('cannot hold');
  await expect(readArchive(zipOf({ 'a.txt': zeros }, { size: 100 }))).rejects.toThrow("'a.txt' is longer than the 100 bytes that it states"); // prettier-ignore
  const shared = zipOf({ 'a.txt': zeros, 'b.txt': zeros, 'c.txt': zeros }, {}, true);
  await expect(readArchive(shared)).rejects.toThrow('lies over another file');
  const tar = new Uint8Array(gzipSync(tarOf({ 'a.txt': zeros, 'b.txt': zeros })));
  await expect(readArchive(tar, { maxBytes: 1.5 * 2 ** 20 })).rejects.toThrow('more than maxBytes');
  await expect(readArchive(tar, { maxBytes: 1000 })).rejects.toThrow('more than maxBytes');
});

test.each<[string, () => Uint8Array, string]>([
  ['another file', () => text('no archive at all, only text'), 'this is no tar archive'],
  ['a zip without its end', () => zipOf({ a: text('abc') }).subarray(0, 30), 'cut short'],
  [
    'a wrong checksum',
    () => zipOf({ a: text('abc') }, { checksum: 1 }),
    "'a' is damaged: its checksum differs",
  ],
  ['encryption', () => zipOf({ a: text('abc') }, { flags: 1 }), "'a' is encrypted"],
  ['another method', () => zipOf({ a: text('abc') }, { method: 12 }), "'a' is packed by method 12"],
  ['a size that is too large', () => zipOf({ a: text('abc') }, { size: 4 }), 'cut short'],
  ['a path upwards', () => zipOf({ '../a': text('abc') }), "the path '../a', which leads out of its folder"],
  ['a path from the root', () => zipOf({ '/etc/a': text('abc') }), 'leads out of its folder'],
  ['a path of Windows', () => zipOf({ 'x\\..\\..\\a': text('abc') }), 'leads out of its folder'],
  ['a drive', () => tarOf({ 'C:/a': 'abc' }), 'leads out of its folder'],
])('refuses %s', async (_, make, message) => {
  await expect((async () => readArchive(make()))()).rejects.toThrow(message);
});

test('links in a zip are passed over', async () => {
  const link = zipOf({ 'a -> b': text('b') }, { attributes: 0o120777 * 65536 });
  expect(await readArchive(link)).toEqual([]);
});

test.each<[string, (files: Readonly<Record<string, Uint8Array>>) => Uint8Array]>([
  ['zip', (files) => zipOf(files)],
  ['tar', (files) => tarOf(files)],
])("paths of a %s have no './', and a later file takes the place of an earlier one", async (_, make) => {
  const files = await readArchive(
    make({ './a/1.txt': text('old'), 'b.txt': text('b'), 'a//./1.txt': text('new') }),
  );
  expect(files).toEqual([
    { path: 'a/1.txt', data: text('new') },
    { path: 'b.txt', data: text('b') },
  ]);
});

test('names that are not UTF-8 stay apart', async () => {
  const archive = tarOf({ 'x?.txt': text('1'), 'y?.txt': text('2') });
  for (const [at, byte] of [
    [0, 0x82],
    [1024, 0x81],
  ] as const) {
    // The sum of the header stays: one letter gives what the other takes.
    archive[at + 1] = byte;
    archive[at] = (at === 0 ? 'x' : 'y').charCodeAt(0) + '?'.charCodeAt(0) - byte;
  }
  expect((await readArchive(archive)).map(({ path }) => path)).toEqual(['5\x82.txt', '7\x81.txt']);
});

test('a file is written as a whole or stays as it was', async () => {
  const file = join(dir, 'again.zip');
  const to = join(dir, 'again');
  writeFileSync(file, zipOf({ 'a.txt': text('new') }));
  mkdirSync(to);
  writeFileSync(join(to, 'a.txt'), 'old');
  const before = openSync(join(to, 'a.txt'), 'r');
  await extractArchive(file, { to });
  // Who has it open still reads the old one: it was replaced, not written over.
  expect(readFileSync(before, 'utf8')).toBe('old');
  closeSync(before);
  expect(readdirSync(to)).toEqual(['a.txt']);
  expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('new');
});

test('an archive is unpacked into its folder', async () => {
  const file = join(dir, 'pets.zip');
  writeFileSync(file, decode(reference.zip));
  const to = join(dir, 'new', 'pets');
  expect(await extractArchive(file, { to })).toEqual(Object.keys(reference.files));
  for (const [path, content] of Object.entries(reference.files))
    expect(new Uint8Array(readFileSync(join(to, path)))).toEqual(decode(content));
});

test('nothing is written through a link, nor where any part is refused', async () => {
  const outside = join(dir, 'outside');
  const to = join(dir, 'linked');
  mkdirSync(outside);
  mkdirSync(to);
  symlinkSync(outside, join(to, 'deep'));
  const file = join(dir, 'deep.zip');
  writeFileSync(file, zipOf({ 'deep/a.txt': text('abc') }));
  await expect(extractArchive(file, { to })).rejects.toThrow('through a link that leads out');
  expect(readdirSync(outside)).toEqual([]);
  // Also where the file itself is a link.
  writeFileSync(join(outside, 'kept'), 'kept');
  symlinkSync(join(outside, 'kept'), join(to, 'b.txt'));
  writeFileSync(file, zipOf({ 'b.txt': text('abc') }));
  await expect(extractArchive(file, { to })).rejects.toThrow('through a link that leads out');
  expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept');
  expect(lstatSync(join(to, 'b.txt')).isSymbolicLink()).toBe(true);

  const clean = join(dir, 'clean');
  writeFileSync(file, zipOf({ 'a.txt': text('abc'), '../b.txt': text('abc') }));
  await expect(extractArchive(file, { to: clean })).rejects.toThrow('leads out of its folder');
  expect(() => readdirSync(clean)).toThrow('ENOENT');
  await expect(extractArchive(join(dir, 'none.zip'), { to })).rejects.toThrow('cannot read');
});
