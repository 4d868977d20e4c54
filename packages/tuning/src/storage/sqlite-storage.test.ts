import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStudy } from '../study/create-study.js';
import { delays, outcome, searchObjective, searchOptions } from '../study/search.fixture.js';
import { sqliteStorage } from './sqlite-storage.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-'));
  path = join(folder, 'runs', 'studies.db');
});
afterEach(() => rm(folder, { recursive: true }));

const quiet = { stopOnInterrupt: false };
const open = (study = 'study') => createStudy(searchOptions({ storage: sqliteStorage(path, { study }) }));

test('a study is kept, with numbers that JSON does not have, and goes on as if it had not ended', async () => {
  const whole = await createStudy(searchOptions());
  const options = { parallel: 2, ...quiet };
  await whole.optimize(searchObjective(), { trials: 9, ...options });
  const first = await open();
  await first.optimize(searchObjective(delays(1)), { trials: 4, ...options });
  await first.close();
  const second = await open();
  await second.optimize(searchObjective(delays(2)), { trials: 9, ...options });
  expect(outcome(second)).toEqual(outcome(whole));
  await second.close();
  const third = await open('other');
  const trial = await third.ask();
  await trial.report(NaN, { step: 0 });
  await trial.saveBytes('a/b', Uint8Array.of(0, 255, 7));
  await third.close();
  const again = await open('other');
  expect(again.trials[0]!.reports).toEqual([{ step: 0, value: NaN }]);
  expect([...(await (await again.ask()).loadBytes('a/b'))!]).toEqual([0, 255, 7]);
  await again.tell(await again.ask({ parallel: 2 }), 1);
  await again.close();
});

test('entries are replaced and removed whole, and belong to their study', async () => {
  const [one, other] = [sqliteStorage(path, { study: 'one' }), sqliteStorage(path, { study: 'other' })];
  expect(await one.open()).toEqual([]);
  await other.open();
  await one.write('trial-0-a', Uint8Array.of(1, 2));
  await one.write('trial-0-a', Uint8Array.of(3));
  await other.write('trial-0-a', Uint8Array.of(4));
  expect([...(await one.read('trial-0-a'))!]).toEqual([3]);
  await one.remove('trial-0-a');
  expect(await one.read('trial-0-a')).toBeUndefined();
  expect(await one.entries()).toEqual([]);
  expect(await other.entries()).toEqual(['trial-0-a']);
  await one.close();
  await other.close();
});

test('a second one of the same study is kept out until the first is closed', async () => {
  const study = await open();
  await expect(open()).rejects.toMatchObject({
    code: 'io',
    message: expect.stringContaining(`is open in process ${process.pid} of`) as string,
  });
  await study.close();
  await (await open()).close();
  expect((await readdir(join(folder, 'runs'))).filter((name) => name.endsWith('.lock'))).toEqual([]);
});

test('what is no file of SQLite, and what cannot be opened, is an io error', async () => {
  const text = join(folder, 'text.db');
  await writeFile(
    text,
    'this is a text of some length, and no database at all, which says so soon'.repeat(20),
  );
  for (const storage of [
    sqliteStorage(text),
    sqliteStorage(folder),
    sqliteStorage(path, {
      driver: () => {
        throw new Error('no driver');
      },
    }),
  ])
    await expect(storage.open()).rejects.toMatchObject({ code: 'io', scope: 'sqlite-storage' });
  expect(await readdir(folder)).not.toContain('text.db.study.lock');
});

test('options are looked at, and it is used between open and close', async () => {
  expect(() => sqliteStorage('')).toThrow(/path must be/);
  expect(() => sqliteStorage(path, { study: '' })).toThrow(/study must be/);
  expect(() => sqliteStorage(path, { driver: 'libsql' as never })).toThrow(/driver must be/);
  await expect(sqliteStorage(path).append({ type: 'enqueue', fixed: {} })).rejects.toThrow(/must be open/);
});

test('a process that is killed loses nothing and doubles nothing', async () => {
  const whole = await createStudy(searchOptions());
  await whole.optimize(searchObjective(), { trials: 30, parallel: 3, ...quiet });
  const program = fileURLToPath(new URL('./journal-program.fixture.ts', import.meta.url));
  const node = ['--conditions=@espalier/source', '--import', 'tsx', program, path];
  for (let kills = 0, done = false; !done;) {
    const child = spawn(process.execPath, [...node, String(kills)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let words = 0;
    for await (const word of createInterface({ input: child.stdout })) {
      if (word === 'done') done = true;
      if (++words === 7 + 5 * kills && kills < 3) child.kill('SIGKILL');
    }
    await exited;
    kills++;
    expect(kills).toBeLessThan(6);
  }
  const study = await open();
  expect(outcome(study)).toEqual(outcome(whole));
  await study.close();
});
