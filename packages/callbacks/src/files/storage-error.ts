import { EspalierError, isEspalierError } from '@espalier/core';

const FIXES: Readonly<Record<string, string>> = {
  QuotaExceededError:
    'the room for this site is used up: keep fewer checkpoints, remove old runs, or ask for more with navigator.storage.persist()',
  SecurityError:
    'the page may not keep data here: allow this site to, serve it over https or from localhost, and not in a sandboxed frame',
  NotAllowedError:
    'the page may not keep data here: allow this site to keep data, or leave the private window',
  UnknownError:
    'the browser cannot open its storage: leave the private window, free disk space, or clear the data of this site',
  NoModificationAllowedError: 'another tab or worker is writing here: let one run at a time have a store',
  TypeMismatchError: 'a folder and a file of the same name are in the way: give another name',
};
const ANYWHERE = 'give a place that can be written to and has room';

/** Does `work`, and turns what the storage throws into the standard error. */
export async function orIoError<T>(scope: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    const { name = '', message = String(cause) } = cause as Partial<Error>;
    const reason = message === '' ? name : message;
    throw new EspalierError({
      code: 'io',
      scope,
      message: `cannot ${what} (${reason}); ${FIXES[name] ?? ANYWHERE}.`,
      cause,
    });
  }
}

/** Does `work`, and has the errors of a store speak for the plugin that uses it. */
export async function inScope<T>(scope: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isEspalierError(cause))
      return orIoError(scope, 'use its store', () => Promise.reject(cause as Error));
    const message = cause.message.slice(`[${cause.scope}] `.length);
    throw new EspalierError({ code: cause.code, scope, message, cause });
  }
}
