/**
 * A program with a pool, for a process of its own: does as its argument says and should then end by itself.
 *
 *   node --conditions=@espalier/source --import tsx programs.ts idle|close|terminate
 */
import { workerPool } from '../src/index.js';
import type { runs } from './jobs.worker.js';
import { startJobs } from './start-worker.js';

const pool = workerPool<typeof runs>(() => startJobs());
console.log(await pool.run('count', undefined).result);
const blocked = new Int32Array(new SharedArrayBuffer(4));
switch (process.argv[2]) {
  case 'close':
    await pool.close();
    break;
  case 'terminate':
    pool.run('block', { flag: blocked }).result.catch(({ code }) => console.log(code));
    await pool.close({ terminate: true });
    break;
}
console.log('over');
