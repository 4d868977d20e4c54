import { option, readOptions } from '@espalier/core';
import { inflate } from './inflate.js';
import { invalidData } from './invalid-data.js';

const SCOPE = 'gunzip';

/** Options of {@link gunzip}. */
export interface GunzipOptions {
  /** Most bytes that the result may have, >= 0. Default 2^30. */
  readonly maxBytes?: number;
}

/**
 * Decompresses a gzip file (RFC 1952) of one member, in browsers and in Node.
 *
 * The size that the file states at its end is checked against `maxBytes` before memory is taken, and inflating stops where
 * the content goes beyond it, so a small file cannot fill the memory.
 *
 * @param bytes The whole file.
 * @throws EspalierError `invalid-data` when it is no gzip file, damaged, cut short, or larger than `maxBytes`.
 * @example
 * ```ts
 * const response = await fetch('/data/t10k-labels-idx1-ubyte.gz');
 * const labels = parseIdx(await gunzip(new Uint8Array(await response.arrayBuffer())));
 * ```
 */
export async function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> {
  const { maxBytes } = readOptions(SCOPE, options, {
    maxBytes: option.number({ min: 0, default: 2 ** 30 }),
  }).values;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    invalidData(SCOPE, 'this is no gzip file: it does not begin with 1f 8b; use the bytes as they are.');
  }
  if (bytes.length < 18) {
    invalidData(SCOPE, `the file is cut short: it has ${bytes.length} bytes; get it again.`);
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  // A byte of deflate gives at most 1032 bytes: a larger claim is damage, and not worth the memory.
  if (size > 1032 * bytes.length) {
    invalidData(
      SCOPE,
      `the file is damaged or cut short: ${bytes.length} bytes cannot hold the ${size} that it states.`,
    );
  }
  if (size > maxBytes) {
    invalidData(
      SCOPE,
      `the content has ${size} bytes, more than maxBytes ${maxBytes}; raise it if that is meant.`,
    );
  }
  const content = new Uint8Array(size);
  let at = 0;
  for await (const chunk of inflate(bytes, 'gzip', SCOPE)) {
    if (at + chunk.length > size) {
      invalidData(
        SCOPE,
        `the content is longer than the ${size} bytes that the file states: it is damaged or has several members; ` +
          'write it again with gzip.',
      );
    }
    content.set(chunk, at);
    at += chunk.length;
  }
  if (at < size) invalidData(SCOPE, `the file is cut short: it states ${size} bytes and holds ${at}.`);
  return content;
}
