import { EspalierError } from '@espalier/core';
import type { Redis } from 'ioredis';
import type { StudyKeys } from './keys.js';
import type { StudyLock } from './study-lock.js';

/**
 * Adds an event where the list has as many as the process knows of. A command that is sent again, since its answer was lost, finds
 * its event there and adds none.
 */
const APPEND = `
local owner = redis.call('GET', KEYS[2])
if owner and owner ~= ARGV[1] then return 'taken' end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local length = redis.call('LLEN', KEYS[1])
local known = tonumber(ARGV[3])
if length == known + 1 and redis.call('LINDEX', KEYS[1], -1) == ARGV[4] then return 'added' end
if length ~= known then return 'moved' end
redis.call('RPUSH', KEYS[1], ARGV[4])
if ARGV[5] == '1' then redis.call('DEL', KEYS[3]) end
return 'added'`;

/**
 * @param known How many events there are.
 * @param ended The trial that the event ends, if it does: what it told of is removed with it.
 * @throws EspalierError `io` where another process has the study, or changed it.
 */
export async function appendEvent(
  redis: Redis,
  keys: StudyKeys,
  lock: StudyLock,
  event: { readonly known: number; readonly text: string; readonly ended: number | undefined },
): Promise<void> {
  const { known, text, ended } = event;
  const answer = await redis.eval(
    APPEND,
    3,
    keys.events,
    keys.lock,
    keys.log(ended ?? -1),
    lock.token,
    lock.milliseconds,
    known,
    text,
    ended === undefined ? '0' : '1',
  );
  if (answer === 'added') return;
  throw new EspalierError({
    code: 'io',
    scope: 'redis-storage',
    message:
      answer === 'taken'
        ? 'another process has taken the study meanwhile; this one must end. Run one process of a study at a time.'
        : `the study has not the ${known} events that this process knows of: another process changed it, or Redis lost some; open it again.`,
  });
}
