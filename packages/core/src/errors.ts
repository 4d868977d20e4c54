/** What went wrong, as a stable word that programs may compare. */
export type ErrorCode =
  | 'invalid-option'
  | 'invalid-data'
  | 'invalid-model'
  | 'unknown-metric'
  | 'duplicate-name'
  | 'hook-failed'
  | 'impure-step'
  | 'unsupported-op'
  | 'backend-unavailable'
  | 'executor-unavailable'
  | 'execution-failed'
  | 'out-of-memory'
  | 'checkpoint'
  | 'io'
  | 'two-copies'
  | 'unsupported-version'
  | 'aborted';

/** The parts of an {@link EspalierError}. */
export interface EspalierErrorOptions {
  /** What kind of thing went wrong. */
  readonly code: ErrorCode;
  /** Who says so: a package, plugin, layer or file format, e.g. `early-stopping`. */
  readonly scope: string;
  /** What is wrong, what was got, and how to fix it. */
  readonly message: string;
  /** The error underneath, if any. */
  readonly cause?: unknown;
}

/**
 * The one error class of Espalier. Its message reads `[scope] what, what it got, how to fix`.
 *
 * @example
 * ```ts
 * throw new EspalierError({
 *   code: 'invalid-option',
 *   scope: 'early-stopping',
 *   message: 'patience must be a whole number >= 0, got -1.',
 * });
 * ```
 */
export class EspalierError extends Error {
  override readonly name = 'EspalierError';
  readonly code: ErrorCode;
  readonly scope: string;

  constructor({ code, scope, message, cause }: EspalierErrorOptions) {
    super(`[${scope}] ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.scope = scope;
  }
}

/** True for an EspalierError of any copy of this package (ESM and CommonJS builds are two classes). */
export function isEspalierError(error: unknown): error is EspalierError {
  return error instanceof Error && error.name === 'EspalierError' && 'code' in error && 'scope' in error;
}

/** Throws the standard error. */
export function fail(code: ErrorCode, scope: string, message: string): never {
  throw new EspalierError({ code, scope, message });
}
