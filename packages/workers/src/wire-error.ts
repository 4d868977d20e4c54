import { EspalierError, type ErrorCode, isEspalierError } from '@espalier/core';

/** An error as plain data. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Those of an EspalierError. */
  readonly code?: ErrorCode;
  readonly scope?: string;
  readonly cause?: WireError;
}

/** Causes of causes that are kept: a cycle ends there. */
const DEPTH = 8;

/** Anything thrown, as plain data. */
export function toWire(thrown: unknown, depth = DEPTH): WireError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) };
  return {
    name: thrown.name,
    message: thrown.message,
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
    ...(isEspalierError(thrown) ? { code: thrown.code, scope: thrown.scope } : {}),
    ...(thrown.cause === undefined || depth === 0 ? {} : { cause: toWire(thrown.cause, depth - 1) }),
  };
}

/** The error as it was in the other thread, with its stack there. */
function original({ name, message, stack, cause, code, scope }: WireError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: original(cause) });
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code, scope });
}

/**
 * The error to reject with: an EspalierError of the other thread keeps code, scope and message; any other is
 * `execution-failed`. Its cause is the original with its stack.
 *
 * @param what What threw, e.g. `the job 'mnist'`.
 */
export function fromWire(wire: WireError, what: string): EspalierError {
  const { name, message, code, scope } = wire;
  const cause = original(wire);
  if (code === undefined || scope === undefined)
    return new EspalierError({
      code: 'execution-failed',
      scope: 'workers',
      message: `${what} threw ${name}: ${message} (its stack is in the cause).`,
      cause,
    });
  const prefix = `[${scope}] `;
  const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return new EspalierError({ code, scope, message: text, cause });
}
