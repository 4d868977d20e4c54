import '@tensorflow/tfjs-backend-cpu';
import { readdirSync } from 'node:fs';
import * as callbacks from '@espalier/callbacks';
import * as losses from '@espalier/losses';
import * as metrics from '@espalier/metrics';
import * as models from '@espalier/models';
import * as optimizers from '@espalier/optimizers';
import * as regularizers from '@espalier/regularizers';
import { nonsenseTaken } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import { acceptedBy, ELSEWHERE, GOOD, STOCK_LAYER_OPTIONS, WITHOUT_OPTIONS } from './factories.js';

const PACKAGES: Readonly<Record<string, object>> = {
  callbacks,
  losses,
  metrics,
  models,
  optimizers,
  regularizers,
};

test('no package is forgotten', () => {
  const known = [...Object.keys(PACKAGES), ...Object.keys(ELSEWHERE)];
  expect(readdirSync('packages').filter((name) => !known.includes(name))).toEqual([]);
});

test('the lists name what is exported', () => {
  const names = Object.values(PACKAGES).flatMap((exported) => Object.keys(exported));
  expect([...WITHOUT_OPTIONS, ...Object.keys(GOOD)].filter((name) => !names.includes(name))).toEqual([]);
});

/** A class is called with `new`. */
function caller(name: string, made: unknown): (options: never) => unknown {
  const Made = made as new (options: never) => unknown;
  return /^[A-Z]/.test(name) ? (options) => new Made(options) : (made as (options: never) => unknown);
}

describe.each(Object.entries(PACKAGES))('%s refuses nonsense for every option by its name', (_, exported) => {
  const factories = Object.entries(exported).filter(
    ([name, value]) => typeof value === 'function' && !WITHOUT_OPTIONS.has(name),
  );
  test.each(factories)('%s', async (name, made) => {
    const entry = { make: caller(name, made), good: GOOD[name] ?? {}, accepts: acceptedBy(name) };
    const wrong = await nonsenseTaken(entry);
    expect(wrong.filter((line) => !STOCK_LAYER_OPTIONS.test(line))).toEqual([]);
  });
});
