import { refuse } from './refuse.js';

/** Reads that any file may take, and bytes of a file for each one more. Files of Keras take one in some hundred bytes. */
const FREE_READS = 10_000;
const BYTES_A_READ = 8;

/** Seconds that any file may take, and bytes for each one more. */
const FREE_SECONDS = 20;
const BYTES_A_SECOND = 10_000_000;

/** The bytes of a file, and what its time is counted from. */
export interface BoundedBuffer {
  readonly buffer: ArrayBuffer;
  /** The time counts from here on. */
  start(): void;
}

/**
 * A copy of bytes for a reader that follows addresses in them: tables that point at each other, or all at the same place, would keep
 * it busy for ever, and its memory growing. Whatever it visits it takes a slice of, so slices are counted.
 *
 * @param now Milliseconds of a clock.
 */
export function boundedBuffer(
  bytes: Uint8Array,
  scope: string,
  now = () => performance.now(),
): BoundedBuffer {
  // The reader takes the whole buffer, and `slice` of a Buffer is the same memory.
  const { buffer } = new Uint8Array(bytes);
  const most = FREE_READS + bytes.length / BYTES_A_READ;
  const milliseconds = 1000 * (FREE_SECONDS + bytes.length / BYTES_A_SECOND);
  let reads = 0;
  let began = now();
  const slice = (from?: number, to?: number): ArrayBuffer => {
    if (++reads > most || now() - began > milliseconds) {
      refuse(
        scope,
        `the HDF5 file's tables lead back into themselves: after ${reads} reads of its ${bytes.length} bytes there is no end.`,
      );
    }
    return ArrayBuffer.prototype.slice.call(buffer, from ?? 0, to);
  };
  Object.defineProperty(buffer, 'slice', { value: slice });
  return { buffer, start: () => void (began = now()) };
}
