import { workerPool } from '@espalier/workers';
import { readModels } from './read-models.js';

const pool = workerPool(() => new Worker(new URL('./train.worker.js', import.meta.url), { type: 'module' }));
const bytesOf = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());

globalThis.outcome = (async () => ({
  trained: {
    eager: await pool.run('train', 'eager').result,
    wasm: await pool.run('train', 'wasm').result,
    onnx: await pool.run('train', 'onnx').result,
  },
  predicted: await readModels('/models/', bytesOf),
}))();
