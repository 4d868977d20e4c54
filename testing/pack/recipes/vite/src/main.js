import { workerPool } from '@espalier/workers';

const pool = workerPool(() => new Worker(new URL('./train.worker.js', import.meta.url), { type: 'module' }));

globalThis.outcome = (async () => ({
  eager: await pool.run('train', 'eager').result,
  wasm: await pool.run('train', 'wasm').result,
  onnx: await pool.run('train', 'onnx').result,
}))();
