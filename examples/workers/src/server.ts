import { createServer, type Server } from 'node:http';
import { Worker } from 'node:worker_threads';
import type { EpochRecord } from '@espalier/core';
import { type WorkerPool, workerPool } from '@espalier/workers';
import type { runs } from './train.worker.js';

type Runs = typeof runs;

/** What the server answers about a run. */
export interface Progress {
  readonly state: 'training' | 'completed' | 'stopped' | 'failed';
  readonly step: number;
  readonly epochs: readonly EpochRecord[];
  readonly weights?: number;
}

/** A run that the server knows of. */
function begin(pool: WorkerPool<Runs>): { progress: Progress; stop(reason: string): void } {
  const known: { progress: Progress; stop(reason: string): void } = {
    progress: { state: 'training', step: 0, epochs: [] },
    stop: (reason) => run.stop(reason),
  };
  const update = (more: Partial<Progress>): void => void (known.progress = { ...known.progress, ...more });
  const run = pool.run(
    'classify',
    { hidden: 64, epochs: 200 },
    {
      onStep: (_, { step }) => update({ step }),
      onEpoch: (record, { step }) => update({ step, epochs: [...known.progress.epochs, record] }),
    },
  );
  run.result.then(
    ({ record, weights }) => {
      const count = Object.values(weights).reduce((sum, { data }) => sum + data.length, 0);
      update({ state: record.status === 'stopped' ? 'stopped' : 'completed', weights: count });
    },
    () => update({ state: 'failed' }),
  );
  return known;
}

/** `POST /runs` starts a run, `GET /runs/0` tells of it, `DELETE /runs/0` stops it. */
export function trainingServer(): { readonly server: Server; close(): Promise<void> } {
  const pool = workerPool<Runs>(() => new Worker(new URL('./worker.mjs', import.meta.url)), { size: 2 });
  const known: ReturnType<typeof begin>[] = [];
  const server = createServer(({ method, url = '/' }, response) => {
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const id = /^\/runs\/(\d+)$/.exec(url)?.[1];
    const run = known[Number(id)];
    if (method === 'POST' && url === '/runs') answer(201, { id: known.push(begin(pool)) - 1 });
    else if (!run) answer(404, { error: 'no such run' });
    else if (method === 'DELETE') {
      run.stop('asked over HTTP');
      answer(202, run.progress);
    } else answer(200, run.progress);
  });
  return {
    server,
    async close() {
      server.closeAllConnections();
      server.close();
      await pool.close();
    },
  };
}
