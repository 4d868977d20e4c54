import { invalidData } from '../../invalid-data.js';

const SCOPE = 'decode-image';

/** What the header of a BMP file says. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** The rows come from the top, and not from the bottom. */
  readonly fromTop: boolean;
  /** Of a pixel. */
  readonly bits: number;
  /** 0 none, 1 runs of bytes, 2 runs of half bytes, 3 and 6 none, with masks. */
  readonly compression: number;
  /** Where the pixels begin. */
  readonly start: number;
  /** Where the palette begins, and the bytes of a colour in it. */
  readonly paletteStart: number;
  readonly entryBytes: 3 | 4;
  /** Colours of the palette; 0 means all. */
  readonly colors: number;
  /** Where red, green, blue and opacity lie in a pixel; 0 where there is none. */
  readonly masks: readonly number[];
}

/** Sizes of the headers: that of OS/2 1.x, Windows' five and the two of OS/2 2.x. */
const CORE = 12;
const SIZES = [CORE, 16, 40, 52, 56, 64, 108, 124];

/** Width and height, and where they stand: a negative height says that the rows come from the top. */
export function bmpSize(view: DataView): Pick<BmpHeader, 'width' | 'height' | 'fromTop'> {
  if (view.getUint32(14, true) === CORE) {
    return { width: view.getUint16(18, true), height: view.getUint16(20, true), fromTop: false };
  }
  const height = view.getInt32(22, true);
  return { width: view.getInt32(18, true), height: Math.abs(height), fromTop: height < 0 };
}

/**
 * Reads the header of a BMP file.
 *
 * @throws EspalierError `invalid-data` for a header of another size, and for compressions that are not read.
 */
export function readBmpHeader(view: DataView): BmpHeader {
  const size = view.getUint32(14, true);
  if (!SIZES.includes(size)) {
    invalidData(
      SCOPE,
      `the BMP file has a header of ${size} bytes, which is of no kind that is known; save it again.`,
    );
  }
  const core = size === CORE;
  const compression = size >= 40 ? view.getUint32(30, true) : 0;
  // In OS/2's header of 64 bytes, 3 and 4 are other compressions.
  const isRead = size === 64 ? [0, 1, 2] : [0, 1, 2, 3, 6];
  if (!isRead.includes(compression)) {
    invalidData(
      SCOPE,
      `BMP compression ${compression} is not supported; save the file without compression, or as PNG.`,
    );
  }
  const masked = compression === 3 || compression === 6;
  const hasOpacity = compression === 6 || (compression === 3 && size >= 56);
  const masks = [0, 1, 2, 3].map((c) =>
    masked && (c < 3 || hasOpacity) ? view.getUint32(54 + 4 * c, true) : 0,
  );
  const maskBytes = masked && size === 40 ? (compression === 6 ? 16 : 12) : 0;
  const start = view.getUint32(10, true);
  if (start < 14 + size + maskBytes) {
    invalidData(
      SCOPE,
      `the BMP file is damaged: its pixels would begin at byte ${start}, within its header; get it again.`,
    );
  }
  return {
    ...bmpSize(view),
    bits: view.getUint16(core ? 24 : 28, true),
    compression,
    start,
    paletteStart: 14 + size + maskBytes,
    entryBytes: core ? 3 : 4,
    colors: size >= 40 ? view.getUint32(46, true) : 0,
    masks,
  };
}
