import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chunkEntries, packagesReached, removeChunkEntries } from './chunk-entries.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-chunks-'));
  mkdirSync(join(folder, 'src/deep'), { recursive: true });
  const files: Record<string, string> = {
    'index.ts':
      "export { heavy } from './deep/heavy.js';\nexport { light } from './light.js';\nexport type { T } from 'types';\n",
    'light.ts':
      "import type { T } from 'types';\nimport { U } from 'other-types';\nexport const light = (t: T, u: U) => [t, u];\n",
    'deep/heavy.ts':
      "import * as tf from 'heavy';\nimport { light } from '../light.js';\nexport const heavy = () => [tf, light];\nexport const later = () => import('later');\n",
    'own.ts': "import '@espalier/core';\nexport const own = 1;\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'src', name), text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('counts packages that run behind a module; not types, not what is loaded later, not our own', () => {
  const found = packagesReached([join(folder, 'src/index.ts'), join(folder, 'src/own.ts')]);
  const short = [...found].map(([file, packages]) => [file.slice(folder.length + 5), [...packages]]);
  expect(Object.fromEntries(short)).toEqual({
    'index.ts': ['heavy'],
    'light.ts': [],
    'deep/heavy.ts': ['heavy'],
    'own.ts': [],
  });
});

test('makes an entry for each set of packages, which imports what needs no other', () => {
  const entries = chunkEntries(folder, ['src/index.ts']);
  const texts = Object.values(entries).map((file) => readFileSync(join(folder, file), 'utf8'));
  expect(texts.sort()).toEqual([
    "import '../../src/deep/heavy.ts';\nimport '../../src/light.ts';\n",
    "import '../../src/light.ts';\n",
  ]);
  expect(chunkEntries(folder, ['src/own.ts'])).toEqual({});
});

test('removes what was built of them', () => {
  mkdirSync(join(folder, 'dist'));
  for (const name of ['by-import-0.js', 'by-import-0.cjs.map', 'index.js'])
    writeFileSync(join(folder, 'dist', name), name);
  removeChunkEntries(folder, ['by-import-0']);
  expect(() => readFileSync(join(folder, 'dist/by-import-0.js'))).toThrow();
  expect(() => readFileSync(join(folder, 'dist/by-import-0.cjs.map'))).toThrow();
  expect(readFileSync(join(folder, 'dist/index.js'), 'utf8')).toBe('index.js');
});
