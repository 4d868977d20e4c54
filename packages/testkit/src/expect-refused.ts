import { isEspalierError } from '@espalier/core';
import type { ErrorCode, EspalierError } from '@espalier/core';
import { expect } from 'vitest';

/**
 * Fails unless `call` throws an EspalierError that names its scope.
 *
 * @param what What is bad about the call, for the message.
 * @param codes Any of these. Default `invalid-option`.
 */
export function expectRefused(what: string, call: () => unknown, ...codes: readonly ErrorCode[]): void {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  const message = `${what} must be refused with an EspalierError, got ${String(error ?? 'no error')}`;
  expect(isEspalierError(error), message).toBe(true);
  const { code, scope } = error as EspalierError;
  expect(codes.length > 0 ? codes : ['invalid-option'], `code of '${message}'`).toContain(code);
  expect(scope).toMatch(/\S/);
}
