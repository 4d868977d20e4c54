import { EspalierError, isEspalierError } from '@espalier/core';
import { IndexOutOfBounds } from '../compiled-graph/index-check.js';

/** What engines and the allocators under it say when memory is short. */
const memoryWords = /alloc|out of memory|bad_array|memory access|OOM/i;
/** What it says when a GPU is gone. */
const lostWords = /device (was |is )?lost|lost device/i;

/** Where a step failed. */
export interface FailedStep {
  readonly step: number;
  /** What the code runs in, e.g. `ONNX Runtime`. */
  readonly engine: string;
  readonly device: string;
}

/** The error of a step that failed: which step, what the engine says, and how to fix it. */
export function executionError(cause: unknown, { step, engine, device }: FailedStep): EspalierError {
  if (isEspalierError(cause)) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const text = /[.!?]$/.test(said.trim()) ? said.trim() : `${said.trim()}.`;
  const place = cause instanceof IndexOutOfBounds ? '' : ` in ${engine}`;
  const memory = memoryWords.test(text);
  const fix = memory
    ? 'Use a smaller batch size or model.'
    : lostWords.test(text)
      ? 'The GPU and the state on it are gone: start a new run, from the last checkpoint.'
      : 'The state is that of the step before. executor: eager() runs the step op by op and shows the op that fails' +
        (device === 'cpu' ? '.' : ', and device "cpu" may be able to run it.');
  return new EspalierError({
    code: memory ? 'out-of-memory' : 'execution-failed',
    scope: 'compile',
    message: `step ${step} failed${place}: ${text} ${fix}`,
    cause,
  });
}
