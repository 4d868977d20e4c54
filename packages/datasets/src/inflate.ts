import { invalidData } from './invalid-data.js';

/**
 * The content of a compressed stream, piece by piece, by the engine's own `DecompressionStream`: who reads it can stop where
 * there is more than expected.
 *
 * @throws EspalierError `invalid-data` of `scope` where it is damaged or cut short.
 */
export async function* inflate(
  bytes: Uint8Array,
  format: 'gzip' | 'deflate' | 'deflate-raw',
  scope: string,
): AsyncGenerator<Uint8Array> {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream(format))
    .getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        const detail = cause instanceof Error ? `: ${cause.message}` : '';
        return invalidData(scope, `the file is damaged or cut short${detail}; get it again.`, cause);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
