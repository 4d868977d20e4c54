import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesUnder, root } from '../support/workspaces.js';

/*
 * The page shows the files of the recipes as they are. After a change to one of them:
 *
 *   UPDATE_PAGE=1 npx vitest run testing/pack/deployment-page.test.ts
 */
const page = join(root, 'docs/deployment.md');
const recipes = join(root, 'testing/pack/recipes');
const BLOCK = /^```\w+ (\S+\/\S+)\n([\s\S]*?)^```$/gm;

const fileOf = (path: string): string => readFileSync(join(recipes, path), 'utf8');

test('shows every file as the check builds it', () => {
  let text = readFileSync(page, 'utf8');
  if (process.env['UPDATE_PAGE']) {
    text = text.replace(BLOCK, (block, path: string) => `${block.split('\n')[0]}\n${fileOf(path)}\`\`\``);
    writeFileSync(page, text);
  }
  const shown = [...text.matchAll(BLOCK)].map(([, path, code]) => ({ path: path!, code: code! }));
  expect(shown.length).toBeGreaterThan(10);
  for (const { path, code } of shown) expect(code, path).toBe(fileOf(path));

  const names = new Set(shown.map(({ path }) => path));
  const configuration = filesUnder(recipes)
    .map((file) => file.slice(recipes.length + 1))
    .filter((path) => /config|\.ya?ml$|environment|worker|prune/.test(path));
  expect(configuration.filter((path) => !names.has(path))).toEqual([]);
});

test('names every recipe', () => {
  const text = readFileSync(page, 'utf8');
  const folders = readdirSync(recipes).filter((name) => name !== 'shared');
  expect(folders.filter((name) => !text.includes(`| [\`${name}\`]`))).toEqual([]);
});
