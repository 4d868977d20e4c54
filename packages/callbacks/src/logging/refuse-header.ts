import { EspalierError } from '@espalier/core';

/** @throws EspalierError always: the log at hand has other columns than the run that would go on with it. */
export function refuseHeader(scope: string, log: string, got: string, header: string): never {
  throw new EspalierError({
    code: 'invalid-option',
    scope,
    message: `cannot go on with ${log}: its columns are ${got}, those of this run ${header}; give another place.`,
  });
}
