import { compiled } from '@espalier/compile';
import { type Dataset, type Executor, Trainer } from '@espalier/core';
import { take } from '@espalier/datasets';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Case } from '../cases.js';
import { type JaxJs, jaxJsSteps } from '../jax-js-step.js';
import { pictures } from '../workers/data.js';
import { floatBatches } from '../workers/float-batches.js';
import { modelOf, trainingOf } from '../workers/model.js';

/** What takes the steps of a page. */
export type PageEngine = 'wasm' | 'onnxruntime-web' | 'jax-js';

/** What the page offers to the program that opened it. */
export interface Page {
  /** Makes ready, and warms up. */
  start(engine: PageEngine, spec: Case): Promise<void>;
  /** Takes steps; gives milliseconds per step. */
  measure(steps: number): Promise<number>;
}

async function stepsOf(engine: PageEngine, spec: Case): Promise<(steps: number) => Promise<unknown>> {
  const data = pictures(spec, spec.steps * spec.batch);
  if (engine === 'jax-js') {
    // Fulfilled by whoever opened the page.
    const jax = (await import(/* @vite-ignore */ new URL('/jax-js/index.js', location.href).href)) as JaxJs;
    return jaxJsSteps(jax, spec, floatBatches(data, spec));
  }
  const executors: Record<typeof engine, () => Executor> = {
    wasm: () => compiled({ target: 'wasm' }),
    'onnxruntime-web': () => compiled({ runtime: 'onnxruntime-web' }),
  };
  await tf.setBackend('cpu');
  const trainer = new Trainer({
    model: modelOf(spec),
    ...trainingOf(spec),
    seed: 1,
    executor: executors[engine](),
  });
  const views = new Map<number, Dataset>();
  return (steps) => {
    const view = views.get(steps) ?? take(data, steps * spec.batch);
    views.set(steps, view);
    return trainer.fit(view, { epochs: 1, batchSize: spec.batch });
  };
}

let run: ((steps: number) => Promise<unknown>) | undefined;
const page: Page = {
  async start(engine, spec) {
    run = await stepsOf(engine, spec);
    await run(Math.min(spec.steps, engine === 'wasm' ? 300 : 30));
  },
  async measure(steps) {
    const startedAt = performance.now();
    await run!(steps);
    return (performance.now() - startedAt) / steps;
  },
};

(globalThis as { bench?: Page }).bench = page;
