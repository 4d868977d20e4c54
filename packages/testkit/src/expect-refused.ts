import { isEspalierError } from '@espalier/core';
import type { ErrorCode } from '@espalier/core';
import { expect } from 'vitest';

/**
 * Fails unless `call` throws an EspalierError of that code which names its scope.
 *
 * @param what What is bad about the call, for the message.
 */
export function expectRefused(what: string, call: () => unknown, code: ErrorCode = 'invalid-option'): void {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  const message = `${what} must be refused with an EspalierError, got ${String(error ?? 'no error')}`;
  expect(isEspalierError(error), message).toBe(true);
  expect(error, message).toMatchObject({ code, scope: expect.stringMatching(/\S/) });
}
