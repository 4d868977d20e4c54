import { readFile } from 'node:fs/promises';
import { bestCheckpoint, csvLogger, modelCheckpoint } from '@espalier/callbacks';
import { train } from './train.js';

const plugins = () => [
  modelCheckpoint({ directory: 'runs', saveBestOnly: true, monitor: 'loss' }),
  csvLogger({ path: 'runs/log.csv' }),
];
const outcome = { eager: await train('eager', { plugins: plugins() }) };
for (const engine of ['wasm', 'onnx']) outcome[engine] = await train(engine);
const { checkpoint } = await bestCheckpoint('runs');
const lines = (await readFile('runs/log.csv', 'utf8')).trim().split('\n');
console.log(JSON.stringify({ ...outcome, best: checkpoint.epoch, lines: lines.length }));
