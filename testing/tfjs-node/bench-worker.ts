/** One engine of `bench.ts`. Arguments: case as JSON, engine. */
import { createRequire } from 'node:module';
import { node } from '@espalier/backend-node';
import { nodeGpu } from '@espalier/backend-node-gpu';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { eager, Trainer, useBackend } from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { adam } from '@espalier/optimizers';
import type { Case } from '../../bench/cases.js';
import { pictures } from '../../bench/workers/data.js';
import { modelOf } from '../../bench/workers/model.js';
import { serve } from '../../bench/workers/serve.js';

const spec = JSON.parse(process.argv[2]!) as Case;
const engine = process.argv[3]!;
const { steps, batch, threads } = spec;

if (engine.startsWith('stock')) {
  process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
  createRequire(import.meta.url)(`@tensorflow/${engine.split(' ')[1]}`);
} else if (engine.startsWith('gpu')) await useBackend(nodeGpu({ threads }));
else await useBackend(engine.startsWith('node') ? node({ threads }) : wasm());

if (engine.endsWith('fit')) {
  process.argv.splice(3, 1, 'tensorflow', 'fit');
  await import('../../bench/workers/tfjs.js');
} else {
  const data = pictures(spec, steps * batch);
  const trainer = new Trainer({
    model: modelOf(spec),
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.001 }),
    metrics: [accuracy()],
    seed: 1,
    executor: engine === 'compiled' ? compiled({ threads }) : eager(),
  });
  await serve(Math.min(steps, 60), async () => {
    await trainer.fit(data, { epochs: 1, batchSize: batch });
  });
}
