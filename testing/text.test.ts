import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { filesUnder, root, shown } from './support/workspaces.js';

const folders = ['work', 'farm', 'root', 'tmp', 'opt', 'home', 'Users'];
const machinePath = new RegExp(`(?:^|[\\s'"\`(=:])/(?:${folders.join('|')})/[\\w.]`);
const registryHost = /\bregistry\.\w+\.\w+|\bfiles\.pythonhosted\b/;

const texts = filesUnder(root)
  .filter((file) => /\.(ts|js|cjs|mjs|json|md|py|ya?ml|sh|html|npmrc)$|\/\.ci\/run$/.test(file))
  .map((file) => [shown(file), readFileSync(file, 'utf8').split('\n')] as const);

function linesWith(pattern: RegExp): string[] {
  return texts.flatMap(([file, lines]) =>
    lines.flatMap((line, index) =>
      pattern.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 120)}`] : [],
    ),
  );
}

it('names no folder of one machine', () => {
  expect(linesWith(machinePath)).toEqual([]);
});

it('names no registry host', () => {
  expect(linesWith(registryHost)).toEqual([]);
});
