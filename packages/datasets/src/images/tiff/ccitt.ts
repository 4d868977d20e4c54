import { invalidData } from '../../invalid-data.js';
import {
  BLACK_RUNS,
  CODE_BITS,
  type CodeTable,
  HORIZONTAL,
  MODE_CODES,
  NO_CODE,
  PASS,
  WHITE_RUNS,
} from './ccitt-codes.js';

/** How rows are coded. */
export interface CcittOptions {
  readonly width: number;
  readonly height: number;
  /** 2: each row alone, from a whole byte on; 3: fax group 3; 4: fax group 4. */
  readonly compression: number;
  /** Of group 3: bit 0 says that rows may be coded by the one above. */
  readonly group3Options: number;
}

/**
 * Unpacks the fax coding of ITU-T T.4 and T.6 as TIFF has it: a byte for each pixel, 0 for a white run and 1 for a black one.
 *
 * @param packed The highest bit of each byte first.
 * @throws EspalierError `invalid-data`, naming the row, for a code that there is not, a run that leaves the row, data that end.
 */
export function unpackCcitt(packed: Uint8Array, options: CcittOptions): Uint8Array {
  const { width, height, compression, group3Options } = options;
  const pixels = new Uint8Array(width * height);
  const bits = new BitReader(packed);
  let above: number[] = [];
  for (let y = 0; y < height; y++) {
    bits.row = y;
    let alone = compression !== 4;
    if (compression === 2) bits.align();
    if (compression === 3) {
      const marked = bits.skipRowMark();
      if (group3Options & 1 && marked) alone = bits.take(1) === 1;
    }
    const changes = alone ? codedAlone(bits, width) : codedByAbove(bits, width, above);
    for (let i = 0; i < changes.length; i += 2) {
      pixels.fill(1, y * width + changes[i]!, y * width + (changes[i + 1] ?? width));
    }
    above = changes;
  }
  return pixels;
}

/** Where the colour changes in a row, from white to black first. */
function codedAlone(bits: BitReader, width: number): number[] {
  const changes: number[] = [];
  let x = 0;
  for (let black = false; x < width; black = !black) {
    x += bits.run(black);
    if (x > width) bits.fail('has a run that leaves it');
    changes.push(x);
  }
  return changes;
}

function codedByAbove(bits: BitReader, width: number, above: readonly number[]): number[] {
  const changes: number[] = [];
  let x = 0;
  let black = false;
  let isStart = true;
  let next = 0;
  while (x < width) {
    // The first change above that is to the right, and from the colour that is now.
    while (next > 0 && above[next - 1]! > x) next--;
    while (
      next < above.length &&
      ((next & 1) !== (black ? 1 : 0) || !(above[next]! > x || (isStart && above[next] === 0)))
    )
      next++;
    const mode = bits.code(MODE_CODES);
    if (mode === PASS) x = above[next + 1] ?? width;
    else if (mode === HORIZONTAL) {
      for (const color of [black, !black]) {
        x += bits.run(color);
        if (x > width) bits.fail('has a run that leaves it');
        changes.push(x);
      }
    } else {
      const change = (above[next] ?? width) + mode;
      if (change < x || change > width) bits.fail('has a run that leaves it');
      x = change;
      changes.push(x);
      black = !black;
    }
    isStart = false;
  }
  return changes;
}

class BitReader {
  /** For messages. */
  row = 0;
  readonly #bytes: Uint8Array;
  /** In bits. */
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  fail(problem: string): never {
    return invalidData(
      'decode-image',
      `the TIFF file is damaged or cut short: row ${this.row} of its fax data ${problem}; get it again.`,
    );
  }

  align(): void {
    this.#at = 8 * Math.ceil(this.#at / 8);
  }

  /** So many bits, at most 16; zeros where the data have ended. */
  #peek(count: number): number {
    const byte = this.#at >>> 3;
    const three =
      ((this.#bytes[byte] ?? 0) << 16) | ((this.#bytes[byte + 1] ?? 0) << 8) | (this.#bytes[byte + 2] ?? 0);
    return (three >>> (24 - (this.#at & 7) - count)) & ((1 << count) - 1);
  }

  take(count: number): number {
    const value = this.#peek(count);
    this.#at += count;
    if (this.#at > 8 * this.#bytes.length) this.fail('ends too early');
    return value;
  }

  /** Skips marks of the end of a row: 11 zeros or more, and a one. */
  skipRowMark(): boolean {
    let found = false;
    while (this.#at + 11 < 8 * this.#bytes.length && this.#peek(11) === 0) {
      this.#at += 11;
      while (this.take(1) === 0);
      found = true;
    }
    return found;
  }

  code(table: CodeTable): number {
    const entry = table[this.#peek(CODE_BITS)]!;
    if (entry === NO_CODE)
      this.fail(
        this.#at + CODE_BITS > 8 * this.#bytes.length ? 'ends too early' : 'has a code that there is not',
      );
    this.take(entry & 15);
    return entry >> 4;
  }

  /** A run of one colour: codes of multiples of 64, then one of the rest. */
  run(black: boolean): number {
    let length = 0;
    for (;;) {
      const part = this.code(black ? BLACK_RUNS : WHITE_RUNS);
      length += part;
      if (part < 64) return length;
    }
  }
}
