import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeReport } from './write-report.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writeReport', () => {
  it('writes text and bytes, makes folders, replaces, and leaves nothing else', async () => {
    const path = join(folder, 'a', 'b', 'report.html');
    expect(await writeReport(path, 'old')).toBe(path);
    await writeReport(path, '\u00e9 new');
    expect(await readFile(path, 'utf8')).toBe('\u00e9 new');
    await writeReport(join(folder, 'a', 'b', 'chart.png'), Uint8Array.of(1, 2));
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['chart.png', 'report.html']);
  });

  it('never shows half a report to a reader', async () => {
    const path = join(folder, 'report.html');
    const size = 4e6;
    await writeReport(path, 'a'.repeat(size));
    const seen = new Set<string>();
    const writing = writeReport(path, 'b'.repeat(size)).then(() => seen.add('done'));
    while (!seen.has('done')) {
      const text = await readFile(path, 'utf8');
      expect(text.length).toBe(size);
      seen.add(text[0]! + text.at(-1)!);
      expect([...seen].every((entry) => ['aa', 'bb', 'done'].includes(entry))).toBe(true);
    }
    await writing;
  });

  it('fails clearly where it cannot write, and cleans up', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'x');
    await expect(writeReport(join(file, 'report.html'), 'y')).rejects.toMatchObject({
      code: 'io',
      scope: 'write-report',
      message: expect.stringContaining('is a folder you may write to') as string,
    });
    await mkdir(join(folder, 'taken', 'inside'), { recursive: true });
    await expect(writeReport(join(folder, 'taken'), 'y')).rejects.toMatchObject({ code: 'io' });
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
    expect(await readFile(file, 'utf8')).toBe('x');
  });

  it('refuses wrong arguments', async () => {
    await expect(writeReport('', 'x')).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(writeReport(join(folder, 'x'), 3 as unknown as string)).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });
});
