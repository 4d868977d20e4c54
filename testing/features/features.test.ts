import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { beforeAll, expect, test } from 'vitest';
import { partsOfAllPackages } from '../agreement/product.js';
import { root } from '../support/workspaces.js';
import { CAPABILITIES } from './capabilities.js';
import { everyExport } from './exports.js';
import { featuresMarkdown } from './features-markdown.js';
import { stepCosts } from './step-cost.js';

/*
 * FEATURES.md is what the code says.
 *
 *   UPDATE_FEATURES=1 npx vitest run testing/features    writes it
 */

const file = join(root, 'FEATURES.md');
const exports = everyExport();
const all = CAPABILITIES.flatMap(({ capabilities }) => capabilities);
let page: string;

beforeAll(async () => {
  const text = featuresMarkdown(CAPABILITIES, exports, await stepCosts(await partsOfAllPackages()));
  page = await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
  if (process.env['UPDATE_FEATURES']) writeFileSync(file, page);
}, 300_000);

test('the page is what the code says; UPDATE_FEATURES=1 npx vitest run testing/features writes it', () => {
  expect(readFileSync(file, 'utf8')).toBe(page);
});

test('every export says what it is and is used by a test', () => {
  const lacking = exports.filter(({ summary, tested }) => summary === '' || !tested);
  expect(lacking.map(({ folder, name }) => `${folder}/${name}`)).toEqual([]);
});

test('a capability is given by something that exists, and what is missing has a reason', () => {
  const names = new Set(exports.map(({ name }) => name));
  const unknown = all.flatMap(({ name, by, state, note }) => [
    ...by.filter((one) => (one.includes('/') ? !existsSync(join(root, one)) : !names.has(one))),
    ...(state === 'none' || by.length > 0 ? [] : [`${name}: by nothing`]),
    ...(state === 'whole' || (note ?? '').length > 10 ? [] : [`${name}: no reason`]),
  ]);
  expect(unknown).toEqual([]);
});

test('no capability is listed twice', () => {
  const seen = CAPABILITIES.flatMap(({ title, capabilities }) =>
    capabilities.map(({ name }) => `${title}: ${name}`),
  );
  expect(seen.filter((one, i) => seen.indexOf(one) !== i)).toEqual([]);
});
