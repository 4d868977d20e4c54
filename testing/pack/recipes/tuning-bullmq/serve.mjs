import { serveTrials } from '@espalier/tuning-bullmq';
import { objective, search, study } from './search.mjs';

const [path] = process.argv.slice(2);
const server = await serveTrials(
  { study, space: search, connection: { path }, heartbeatSeconds: 2 },
  objective,
);
process.once('SIGTERM', () => void server.close());
await server.ended;
