import { importPeer } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';

/** Deflate gives at most so many bytes for each. */
const RATIO = 1032;

/** Unpacks data of which the size is known. */
export type Unzlib = (packed: Uint8Array, size: number) => Uint8Array;

/**
 * A function that unpacks the zlib data (RFC 1950) of a picture into memory of the size that is due, and into no more. It works at
 * once, unlike the engine's `DecompressionStream`, which takes milliseconds for each small picture.
 *
 * @param format Of the file, for messages.
 * @throws EspalierError `invalid-data` where the data are damaged, or hold less or more.
 */
export async function loadUnzlib(format: 'PNG' | 'TIFF'): Promise<Unzlib> {
  const peer = {
    packageName: 'fflate',
    scope: 'decode-image',
    code: 'io',
    need: `${format} files are unpacked by fflate`,
  } as const;
  const { unzlibSync } = await importPeer(peer, () => import('fflate'));
  return (packed, size) => {
    const fail = (problem: string): never => invalidData('decode-image', `the ${format} file ${problem}`);
    const short = (): never => fail('is damaged or cut short: its pixels end too early; get it again.');
    if (packed.length < 6 || size > RATIO * packed.length) short();
    // What goes beyond the memory given is dropped: a byte more tells.
    const data = unzlibSync(packed, { out: new Uint8Array(size + 1) });
    if (data.length < size) short();
    if (data.length > size) {
      // A strip of a TIFF file may be filled up with rows beyond the picture's end.
      if (format === 'TIFF') return data.subarray(0, size);
      fail('unpacks to more than its size in pixels; do not trust it.');
    }
    const { buffer, byteOffset, length } = packed;
    if (adler32(data) !== new DataView(buffer, byteOffset, length).getUint32(length - 4)) {
      fail('is damaged: the checksum of its pixels differs; get it again.');
    }
    return data;
  };
}

/** The checksum of zlib data. */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let from = 0; from < bytes.length; from += 4096) {
    const to = Math.min(bytes.length, from + 4096);
    for (let i = from; i < to; i++) {
      low += bytes[i]!;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return high * 65536 + low;
}
