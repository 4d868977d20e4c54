/*
 * A worker: node worker-process.ts SOCKET SPEED MILLISECONDS LAST
 *
 * Trial LAST does not end before there is a file `release` beside the socket.
 */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stream } from '@espalier/core';
import { pruner, search, searchObjective } from './search.js';
import { serveTrials } from '../src/serve-trials.js';

const [path, speed, milliseconds, last] = process.argv.slice(2) as [string, string, string, string];
const released = () =>
  access(join(dirname(path), 'release')).then(
    () => true,
    () => false,
  );
const objective = searchObjective(stream(Number(speed), 'delays'), Number(milliseconds));
const worker = await serveTrials(
  { study: 'search', connection: { path }, space: search, pruner, heartbeatSeconds: 1 },
  async (trial) => {
    const outcome = await objective(trial);
    while (trial.number === Number(last) && !(await released()))
      await sleep(20, undefined, { signal: trial.signal });
    return outcome;
  },
);
process.stdout.write('serving\n');
await worker.ended;
