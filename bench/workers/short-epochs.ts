/**
 * Epochs of 20 steps of a small network, compiled to WebAssembly: what the trainer adds to the module. Arguments: case as JSON, way
 * (bare, fit, plugins, validation).
 */
import '@tensorflow/tfjs-backend-cpu';
import { compiled } from '@espalier/compile';
import { type Plugin, Trainer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Case } from '../cases.js';
import { pictures } from './data.js';
import { modelOf, trainingOf } from './model.js';
import { serve } from './serve.js';

const spec = JSON.parse(process.argv[2]!) as Case;
const way = process.argv[3]!;
await tf.setBackend('cpu');
const stepsPerEpoch = 20;
const data = pictures(spec, stepsPerEpoch * spec.batch);
const listening: Plugin[] = Array.from({ length: 10 }, (_, i) => ({
  name: `listener-${i}`,
  onEpochEnd: (run, logs) => void (logs['loss']! > 1e9 && run.stop('diverged')),
}));

// The step of a module, seen where it is made.
const modules: { calls: number; step: () => void }[] = [];
interface Exports {
  step(): void;
  /** Several in one call. */
  steps(count: number, ...others: number[]): unknown;
}
const { Instance } = WebAssembly;
class Seen extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    const { step, steps } = this.exports as Partial<Exports>;
    if (!step || !steps) return;
    const made = { calls: 0, step };
    modules.push(made);
    const counted: Exports = {
      step() {
        made.calls++;
        step();
      },
      steps(count, ...others) {
        made.calls += count;
        return steps(count, ...others);
      },
    };
    Object.defineProperty(this, 'exports', { value: { ...this.exports, ...counted } });
  }
}
if (way === 'bare') Object.assign(WebAssembly, { Instance: Seen });

const trainer = new Trainer({
  model: modelOf(spec),
  ...trainingOf(spec),
  plugins: way === 'plugins' ? listening : [],
  seed: 1,
  executor: compiled({ target: 'wasm' }),
});
const options = way === 'validation' ? { validation: pictures(spec, 20) } : {};
const fit = (steps: number): Promise<unknown> =>
  trainer.fit(data, {
    epochs: Math.max(1, Math.round(steps / stepsPerEpoch)),
    batchSize: spec.batch,
    ...options,
  });
await fit(spec.steps);
const bare = modules.sort((a, b) => b.calls - a.calls)[0]?.step;
await serve(spec.steps, async (steps) => {
  if (bare) for (let i = 0; i < steps; i++) bare();
  else await fit(steps);
});
