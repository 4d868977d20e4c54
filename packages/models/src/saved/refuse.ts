import { EspalierError } from '@espalier/core';

/** @throws EspalierError `invalid-data`. */
export function refuse(scope: string, message: string, cause?: unknown): never {
  throw new EspalierError({ code: 'invalid-data', scope, message, cause });
}
