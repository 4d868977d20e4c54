import { EspalierError } from '@espalier/core';
import { gunzip } from './gunzip.js';
import type { NodeRuntime } from './node-runtime.js';

/**
 * Reads a file, decompressed where its name ends in `.gz`. Its size is looked at before it is read.
 *
 * @throws EspalierError `io` when it cannot be read, `invalid-data` when it is larger than `maxBytes` or damaged.
 */
export async function readDataFile(
  path: string,
  maxBytes: number,
  scope: string,
  { files }: NodeRuntime,
): Promise<Uint8Array> {
  const compressed = path.endsWith('.gz');
  try {
    const { size } = await files.stat(path);
    // Gzip adds 5 bytes to each block of 64 KB that it cannot compress, and a header with the file's name.
    if (size > (compressed ? maxBytes * 1.001 + 4096 : maxBytes)) {
      throw new EspalierError({
        code: 'invalid-data',
        scope,
        message: `the file has ${size} bytes, more than the ${maxBytes} that are allowed; is it the right one?`,
      });
    }
    const bytes = await files.readFile(path);
    const content = compressed ? await gunzip(bytes, { maxBytes }) : bytes;
    return new Uint8Array(content.buffer, content.byteOffset, content.length);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.replace(/^\[[^\]]*\] /, '') : String(cause);
    throw new EspalierError({
      code: cause instanceof EspalierError ? cause.code : 'io',
      scope,
      message: `cannot read ${path}: ${detail}`,
      cause,
    });
  }
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
