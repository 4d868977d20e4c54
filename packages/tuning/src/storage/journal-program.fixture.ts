/*
 * A program that runs a study until it is done or killed: node journal-program.fixture.ts PATH SPEED
 */
import { createStudy } from '../study/create-study.js';
import { delays, searchObjective, searchOptions } from '../study/search.fixture.js';
import { journalStorage } from './journal-storage.js';
import { sqliteStorage } from './sqlite-storage.js';

const [path, speed] = process.argv.slice(2) as [string, string];
const say = (word: string) => process.stdout.write(`${word}\n`);
try {
  const study = await createStudy(
    searchOptions({ storage: path.endsWith('.db') ? sqliteStorage(path) : journalStorage(path) }),
  );
  const objective = searchObjective(delays(Number(speed)));
  const options = { trials: 30, parallel: 3, onTrialEnd: () => void say('trial') };
  await study.optimize(async (trial) => {
    say('start');
    await trial.saveBytes('progress', Uint8Array.of(trial.number));
    return objective(trial);
  }, options);
  await study.close();
  say('done');
} catch (error) {
  say(`refused: ${(error as Error).message.split(';')[0]}`);
}
