import '@tensorflow/tfjs-backend-cpu';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compiled } from '@espalier/compile';
import { Trainer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs-core';
import { cases } from './cases.js';
import { pictures } from './workers/data.js';
import { modelOf, trainingOf } from './workers/model.js';

/** What a process holds after so many steps, in megabytes. */
export interface MemoryRow {
  readonly steps: number;
  readonly resident: number;
  readonly heap: number;
  readonly external: number;
}

const STEPS_PER_EPOCH = 20;
const LINES = 10;

/** Memory over many steps of the smallest case, in fits of a tenth of them, each of short epochs: it must stay flat. */
export async function memoryOver(steps: number, target: 'onnx' | 'wasm'): Promise<readonly MemoryRow[]> {
  const spec = cases.find(({ regression }) => regression)!;
  await tf.setBackend('cpu');
  const data = pictures(spec, STEPS_PER_EPOCH * spec.batch);
  const trainer = new Trainer({
    model: modelOf(spec),
    ...trainingOf(spec),
    seed: 1,
    executor: compiled({ target }),
  });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const epochs = Math.ceil(steps / STEPS_PER_EPOCH / LINES);
  const rows: MemoryRow[] = [];
  const megabytes = (bytes: number): number => Number((bytes / 2 ** 20).toFixed(1));
  for (let line = 1; line <= LINES; line++) {
    await trainer.fit(data, { epochs, batchSize: spec.batch, stopOnInterrupt: false });
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    const row = {
      steps: line * epochs * STEPS_PER_EPOCH,
      resident: megabytes(rss),
      heap: megabytes(heapUsed),
      external: megabytes(external),
    };
    rows.push(row);
    console.log(
      `${row.steps} steps: ${row.resident} MB resident, ${row.heap} heap, ${row.external} external`,
    );
  }
  return rows;
}
