import { EspalierError } from '@espalier/core';

/** Throws `invalid-data` for `scope`. */
export function failData(scope: string, message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope, message });
}

/** `[64, 10]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
