import '@tensorflow/tfjs-backend-cpu';
import { readdirSync } from 'node:fs';
import * as augmentation from '@espalier/augmentation';
import * as backendNode from '@espalier/backend-node';
import * as backendNodeGpu from '@espalier/backend-node-gpu';
import * as backendCpu from '@espalier/backend-cpu';
import * as backendWasm from '@espalier/backend-wasm';
import * as backendWebgpu from '@espalier/backend-webgpu';
import * as callbacks from '@espalier/callbacks';
import * as compile from '@espalier/compile';
import { compose, loadWeights, toLayersCallback, Trainer } from '@espalier/core';
import * as losses from '@espalier/losses';
import * as metrics from '@espalier/metrics';
import * as models from '@espalier/models';
import * as optimizers from '@espalier/optimizers';
import * as regularizers from '@espalier/regularizers';
import { nonsenseTaken } from '@espalier/testkit';
import * as workers from '@espalier/workers';
import { describe, expect, test } from 'vitest';
import { acceptedBy, CALLERS, ELSEWHERE, STOCK_LAYER_OPTIONS, WITHOUT_OPTIONS } from './factories.js';
import { GOOD } from './good-options.js';

/** Methods that take options, tried as factories are. */
function methods(...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, CALLERS[name]]));
}

const PACKAGES: Readonly<Record<string, object>> = {
  augmentation,
  'backend-cpu': backendCpu,
  'backend-node': backendNode,
  'backend-node-gpu': backendNodeGpu,
  'backend-wasm': backendWasm,
  'backend-webgpu': backendWebgpu,
  callbacks,
  compile,
  // The rest of core is no factory but what factories are made with.
  core: { Trainer, compose, loadWeights, toLayersCallback, ...methods('fit', 'evaluate', 'predict') },
  losses,
  metrics,
  models,
  optimizers,
  regularizers,
  workers: { ...workers, ...methods('workerPoolClose') },
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
  const own = CALLERS[name];
  if (own) return own;
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
