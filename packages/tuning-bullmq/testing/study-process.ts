/*
 * The process of a study: node study-process.ts SOCKET TRIALS
 */
import { createStudy } from '@espalier/tuning';
import { onWorkers } from '../src/on-workers.js';
import { redisStorage } from '../src/redis-storage.js';
import { searchOptions } from './search.js';

const [path, trials] = process.argv.slice(2) as [string, string];
const storage = redisStorage({ study: 'search', connection: { path }, lockSeconds: 1 });
const study = await createStudy(searchOptions({ storage }));
const say = (word: string) => process.stdout.write(`${word}\n`);
say('open');
await study.optimize(onWorkers(storage, { pollInterval: 10 }), {
  trials: Number(trials),
  parallel: 3,
  onTrialEnd: ({ number }) => void say(`trial ${number}`),
});
await study.close();
say('done');
