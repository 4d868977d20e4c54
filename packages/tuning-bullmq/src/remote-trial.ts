import type { Pruner, Report, StudyHeader, TrialRecord } from '@espalier/tuning';
import { prunes, type StudyState, Trial } from '@espalier/tuning/internal';
import type { Redis } from 'ioredis';
import type { StudyKeys } from './keys.js';
import { decode, encode, type TrialMessage } from './messages.js';

/** A study's trial as a worker runs it: checkpoints lie in Redis, what is told goes into the trial's log. */
export async function remoteTrial<P>(
  number: number,
  {
    redis,
    keys,
    study,
    pruner,
    signal,
  }: {
    readonly redis: Redis;
    readonly keys: StudyKeys;
    readonly study: { readonly header: StudyHeader; readonly state: StudyState };
    readonly pruner: Pruner | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Trial<P>> {
  const { header, state } = study;
  const { name, directions, seed } = header;
  const log = keys.log(number);
  const entry = (key: string) => `trial-${number}-${key}`;
  const told = (report: Report) => state.apply({ type: 'report', trial: number, ...report });
  // What another worker told before it was gone.
  for (const text of await redis.lrange(log, 0, -1)) {
    const message = decode<TrialMessage>(text);
    if (message.type === 'report') {
      const { type: _, ...report } = message;
      told(report);
    }
  }
  const host = {
    record: (): TrialRecord => state.trials[number]!,
    report: async (report: Report) => {
      const prune = prunes({ name, directions, pruner }, state.trials, number, report);
      told(report);
      await redis.rpush(log, encode({ type: 'report', ...report }));
      return prune;
    },
    note: async (noted: string, value: unknown) => {
      await redis.rpush(log, encode({ type: 'note', name: noted, value }));
    },
    write: async (key: string, bytes: Uint8Array) => {
      await redis.hset(keys.entries, entry(key), Buffer.from(bytes));
    },
    read: async (key: string) => (await redis.hgetBuffer(keys.entries, entry(key))) ?? undefined,
  };
  return new Trial<P>(host, seed, signal);
}
