import * as ort from 'onnxruntime-web/webgpu';
import { wasm } from '@espalier/backend-wasm';
import { webgpu } from '@espalier/backend-webgpu';
import { compiled } from '@espalier/compile';
import { type Availability, eager, type Executor, Trainer, useBackend } from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { adam } from '@espalier/optimizers';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { datasetFor, modelFor, type Problem } from './problems.js';

/** How the page trains. */
export type Engine = 'eager' | 'eager webgpu' | 'wasm' | 'webgpu';

/** What a training run in the page gave. */
export interface Trained {
  readonly executor: string;
  readonly losses: readonly number[];
  readonly validationLosses: readonly number[];
  readonly weights: readonly number[];
}

/** What the page offers to the test that opened it. */
export interface Page {
  available(engine: Engine): Promise<Availability>;
  train(problem: Problem, engine: Engine): Promise<Trained>;
}

const executors: Record<Engine, Executor> = {
  eager: eager(),
  'eager webgpu': eager(),
  wasm: compiled({ runtime: 'onnxruntime-web' }),
  webgpu: compiled({ device: 'webgpu', runtime: ort }),
};

/** Not awaited at the top: a chunk that is loaded later may need what this one exports. */
const backend = (engine: Engine): Promise<unknown> =>
  useBackend(
    engine === 'eager webgpu'
      ? webgpu()
      : wasm({
          wasmPaths: {
            'tfjs-backend-wasm.wasm': plain,
            'tfjs-backend-wasm-simd.wasm': simd,
            'tfjs-backend-wasm-threaded-simd.wasm': threaded,
          },
        }),
  );

const page: Page = {
  available: async (engine) =>
    engine === 'eager webgpu'
      ? webgpu().isAvailable()
      : ((await executors[engine].isAvailable?.()) ?? { available: true }),
  async train(problem, engine) {
    await backend(engine);
    const model = modelFor(problem);
    const trainer = new Trainer({
      model,
      loss: softmaxCrossEntropy(),
      optimizer: adam({ learningRate: 0.01 }),
      metrics: [accuracy()],
      executor: executors[engine],
      seed: 5,
    });
    const data = datasetFor(problem);
    const { epochs, executor } = await trainer.fit(data, { epochs: 5, batchSize: 20, validation: data });
    const weights = (await Promise.all(model.getWeights().map((weight) => weight.data()))).flatMap((data) => [
      ...data,
    ]);
    model.dispose();
    return {
      executor,
      losses: epochs.map((epoch) => epoch['loss']!),
      validationLosses: epochs.map((epoch) => epoch['val_loss']!),
      weights,
    };
  },
};

(globalThis as { espalier?: Page }).espalier = page;
