import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compose, Trainer } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { workerPool } from '@espalier/workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { startWorker } from '../../packages/workers/testing/start-worker.js';
import { GOLDEN_TRACE, traceTo } from './golden-trace.js';
import type { runs } from './golden-trace.worker.js';
import { toyParts } from './toy-parts.js';

beforeAll(() => tf.setBackend('cpu'));

describe('one order of events, however a run is driven', () => {
  test('by Trainer.fit', async () => {
    const trace: string[] = [];
    const { data, ...parts } = toyParts();
    const trainer = new Trainer({ ...parts, plugins: [traceTo(trace)] });
    await trainer.fit(data, { epochs: 2, batchSize: 2, validation: data });
    expect(trace).toEqual(GOLDEN_TRACE);
  });

  test('by a loop of one’s own', async () => {
    const trace: string[] = [];
    const loop = compose([traceTo(trace)], { metricNames: ['loss', 'val_loss'] });
    await loop.fitStart();
    for (let epoch = 0; epoch < 2; epoch++) {
      await loop.epochStart();
      for (let step = 0; step < 2; step++) {
        await loop.stepStart();
        await loop.stepEnd({ loss: 1 });
      }
      await loop.validationStart();
      await loop.epochEnd({ loss: 1, val_loss: 2 });
    }
    await loop.fitEnd();
    expect(trace).toEqual(GOLDEN_TRACE);
  });

  test('by a script', async () => {
    const trace: string[] = [];
    const logs = { loss: 1, val_loss: 2 };
    await scriptedRun({ plugins: [traceTo(trace)], epochs: [logs, logs], stepsPerEpoch: 2 });
    expect(trace).toEqual(GOLDEN_TRACE);
  });

  test('by a worker, on the main thread', async () => {
    const trace: string[] = [];
    const pool = workerPool<typeof runs>(() => startWorker(new URL('./golden-trace.worker.ts', import.meta.url)));
    try {
      await pool.run('train', undefined, { plugins: [traceTo(trace)], stepInterval: 0 }).result;
    } finally {
      await pool.close();
    }
    expect(trace).toEqual(GOLDEN_TRACE);
  });
});
