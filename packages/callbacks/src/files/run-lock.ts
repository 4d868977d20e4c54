import { EspalierError, type Run } from '@espalier/core';
import { lockFile, type LockFile, type LockOptions } from '@espalier/core/internal';

/** Gives what was locked free. */
export type ReleaseLock = () => Promise<void>;

interface Held {
  readonly run: Run;
  readonly lock: Promise<LockFile>;
  /** Plugins of the run that write there. */
  users: number;
}

const key = Symbol.for('espalier.run-locks');
const shared = globalThis as { [key]?: Map<string, Held> };

/**
 * Keeps a file or a folder to one run: another run or another process is refused.
 *
 * @param options.shared Whether plugins of one run may write there together, into files of their own. Default false.
 * @throws EspalierError `io` that names who has it.
 */
export async function lockForRun(
  run: Run,
  { shared: together = false, ...options }: LockOptions & { readonly shared?: boolean },
): Promise<ReleaseLock> {
  const held = (shared[key] ??= new Map());
  const place = options.node.path.resolve(options.path);
  const found = held.get(place);
  let own = found?.run === run ? found : undefined;
  if (own && !together) refuse(options, 'another plugin of this run; give each a place of its own');
  if (found && !own) {
    if (!mayBeOver(found.run))
      refuse(
        options,
        'another run of this program that has not ended; await that run, or give another place',
      );
    held.delete(place);
    await (await found.lock.catch(() => undefined))?.release();
  }
  if (own) own.users++;
  else held.set(place, (own = { run, lock: lockFile(options), users: 1 }));
  const mine = own;
  await mine.lock.catch((error: unknown) => {
    if (held.get(place) === mine) held.delete(place);
    throw error;
  });
  return async () => {
    if (--mine.users > 0 || held.get(place) !== mine) return;
    held.delete(place);
    await (await mine.lock).release();
  };
}

/** A hand-written loop that threw, or `model.fit`, may never tell that it ended. */
function mayBeOver(run: Run): boolean {
  return run.record.executor === 'own loop';
}

function refuse({ what, scope }: LockOptions, who: string): never {
  throw new EspalierError({
    code: 'io',
    scope,
    message: `${what} is written by ${who}.`,
  });
}
