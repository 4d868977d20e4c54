import { invalidData } from '../../invalid-data.js';

const [CLEAR, END, FIRST, MOST] = [256, 257, 258, 4096];

/**
 * Unpacks LZW as TIFF has it (TIFF 6.0, section 13: codes of 9 to 12 bits, the highest first, one bit longer a code early), up to
 * `size` bytes; fewer where the data end.
 *
 * @throws EspalierError `invalid-data` for a code that there is not yet, and for the other order of bits of before 1990.
 */
export function unpackLzw(packed: Uint8Array, size: number): Uint8Array {
  if (packed[0] === 0 && (packed[1]! & 1) === 1) {
    invalidData(
      'decode-image',
      'TIFF files with the LZW of before TIFF 5.0 are not supported; save it again.',
    );
  }
  const data = new Uint8Array(size);
  // Each string is the one before it in the data and a byte more, so it lies there already.
  const starts = new Uint32Array(MOST);
  const lengths = new Uint16Array(MOST);
  let [to, at, held, count, bits, next, previous] = [0, 0, 0, 0, 9, FIRST, -1];
  while (to < size) {
    while (count < bits && at < packed.length) {
      held = ((held << 8) | packed[at++]!) & 0xffffff;
      count += 8;
    }
    if (count < bits) break;
    count -= bits;
    const code = (held >>> count) & ((1 << bits) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      [bits, next, previous] = [9, FIRST, -1];
      continue;
    }
    if (code >= next && !(code === next && previous >= 0)) {
      invalidData(
        'decode-image',
        `the TIFF file is damaged: LZW code ${code} comes before it is made; get it again.`,
      );
    }
    if (previous >= 0 && next < MOST) {
      // The string before, which ends where this one begins, and the first byte of this one.
      lengths[next] = (previous < CLEAR ? 1 : lengths[previous]!) + 1;
      starts[next] = to + 1 - lengths[next]!;
      next++;
      if (next + 1 >= 1 << bits && bits < 12) bits++;
    }
    if (code < CLEAR) data[to++] = code;
    else {
      const start = starts[code]!;
      const end = Math.min(size, to + lengths[code]!);
      for (let from = start; to < end; from++) data[to++] = data[from]!;
    }
    previous = code;
  }
  return data.subarray(0, to);
}
