import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { eager, type EpochRecord, type Executor, type Plugin, Trainer, useBackend } from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { adam } from '@espalier/optimizers';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { datasetFor, modelFor, type Problem } from '../page/problems.js';

/** How steps run: op by op on wasm, or compiled on ONNX Runtime's wasm. */
export type Engine = 'eager' | 'compiled';

/** What a run gave. */
export interface Trained {
  readonly executor: string;
  readonly status: string;
  readonly stopReason: string | undefined;
  readonly epochs: readonly EpochRecord[];
  readonly weights: readonly number[];
}

const executors: Record<Engine, Executor> = {
  eager: eager(),
  compiled: compiled({ runtime: 'onnxruntime-web' }),
};

/** The same on the page's own thread and in a worker. */
export async function train(
  problem: Problem,
  engine: Engine,
  epochs: number,
  plugins: readonly Plugin[],
): Promise<Trained> {
  await useBackend(
    wasm({
      wasmPaths: {
        'tfjs-backend-wasm.wasm': plain,
        'tfjs-backend-wasm-simd.wasm': simd,
        'tfjs-backend-wasm-threaded-simd.wasm': threaded,
      },
    }),
  );
  const model = modelFor(problem);
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    metrics: [accuracy()],
    plugins,
    executor: executors[engine],
    seed: 5,
  });
  const data = datasetFor(problem);
  const record = await trainer.fit(data, { epochs, batchSize: 20, validation: data });
  const weights = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
  model.dispose();
  return {
    executor: record.executor,
    status: record.status,
    stopReason: record.stopReason,
    epochs: record.epochs,
    weights,
  };
}
