import { EspalierError } from '@espalier/core';

/** Fails with an `invalid-data` error of `scope`. */
export function invalidData(scope: string, message: string, cause?: unknown): never {
  throw new EspalierError({ code: 'invalid-data', scope, message, cause });
}
