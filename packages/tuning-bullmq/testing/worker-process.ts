/*
 * A worker: node worker-process.ts SOCKET SPEED
 */
import { stream } from '@espalier/core';
import { pruner, search, searchObjective } from './search.js';
import { serveTrials } from '../src/serve-trials.js';

const [path, speed] = process.argv.slice(2) as [string, string];
const worker = await serveTrials(
  { study: 'search', connection: { path }, space: search, pruner, heartbeatSeconds: 1 },
  searchObjective(stream(Number(speed), 'delays'), 30),
);
process.stdout.write('serving\n');
await worker.ended;
