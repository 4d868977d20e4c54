/*
 * A worker: node --conditions=@espalier/source --import tsx src/worker.ts CONNECTION
 */
import { serveTrials } from '@espalier/tuning-bullmq';
import { digits, makeObjective, pruner, study } from './search.js';

const [connection] = process.argv.slice(2) as [string];
const objective = await makeObjective();
const worker = await serveTrials(
  {
    study,
    space: digits,
    pruner,
    connection: connection.startsWith('/') ? { path: connection } : connection,
    heartbeatSeconds: 3,
  },
  objective,
);
process.once('SIGTERM', () => void worker.close());
await worker.ended;
