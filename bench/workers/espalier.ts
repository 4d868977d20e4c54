/** A trainer of ours. Arguments: case as JSON, engine (compiled, onnx, wasm, relaxed, eager-wasm), number of typical plugins. */
import '@tensorflow/tfjs-backend-cpu';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { type Dataset, eager, type Executor, Trainer, useBackend } from '@espalier/core';
import { take } from '@espalier/datasets';
import type { Case } from '../cases.js';
import { pictures } from './data.js';
import { modelOf, trainingOf } from './model.js';
import { idlePlugins, typicalPlugins } from './plugins.js';
import { serve } from './serve.js';

const spec = JSON.parse(process.argv[2]!) as Case;
const [engine, plugins = 'typical:0'] = process.argv.slice(3);
const [pluginKind, pluginCount] = plugins.split(':');
const executors: Readonly<Record<string, () => Executor>> = {
  compiled: () => (spec.threads > 1 ? compiled({ threads: spec.threads }) : compiled()),
  onnx: () => compiled({ target: 'onnx' }),
  wasm: () => compiled({ target: 'wasm' }),
  relaxed: () => compiled({ target: 'wasm', relaxed: true }),
  'eager-wasm': () => eager(),
};
await useBackend(wasm());
const data = pictures(spec, Math.max(spec.steps, 10) * spec.batch);
const count = Number(pluginCount);
const trainer = new Trainer({
  model: modelOf(spec),
  ...trainingOf(spec),
  plugins: pluginKind === 'idle' ? idlePlugins(count) : typicalPlugins(count),
  seed: 1,
  executor: executors[engine!]!(),
});
// One view for each number of steps: a data set is checked once, as it would be over the epochs of a run.
const views = new Map<number, Dataset>();
// The engine of JavaScript needs some hundred steps to settle.
await serve(Math.min(spec.steps, 300), async (steps) => {
  const view = views.get(steps) ?? take(data, steps * spec.batch);
  views.set(steps, view);
  const { executor } = await trainer.fit(view, { epochs: 1, batchSize: spec.batch });
  return executor;
});
