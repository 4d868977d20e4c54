import { spawn } from 'node:child_process';
import { createStudy } from '@espalier/tuning';
import { onWorkers, redisStorage } from '@espalier/tuning-bullmq';
import { objective, search, study } from './search.mjs';
import { train } from './train.js';

const [path] = process.argv.slice(2);
const serving = [1, 2].map(() => spawn(process.execPath, ['serve.mjs', path], { stdio: 'inherit' }));
const storage = redisStorage({ study, connection: { path } });
const far = await createStudy({ space: search, storage, seed: 1 });
const options = { trials: 8, parallel: 2 };
await far.optimize(onWorkers(storage), {
  ...options,
  onTrialEnd({ number }) {
    if (number === 2) serving[0].kill('SIGKILL');
  },
});
await far.close();
for (const one of serving) one.kill('SIGTERM');
const near = await createStudy({ space: search, seed: 1 });
await near.optimize(objective, options);
const [onServers, here] = [far, near].map(({ trials }) =>
  trials.map(({ state, parameters, values }) => ({ state, parameters, values })),
);
console.log(JSON.stringify({ onServers, here, outcome: { wasm: await train('wasm') } }));
