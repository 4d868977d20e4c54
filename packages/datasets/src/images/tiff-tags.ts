/** The tags that are read, by number. */
const NAMES = {
  256: 'width',
  257: 'height',
  258: 'bits',
  259: 'compression',
  262: 'photometric',
  266: 'fillOrder',
  273: 'stripOffsets',
  277: 'perPixel',
  278: 'rowsPerStrip',
  279: 'stripBytes',
  284: 'planar',
  317: 'predictor',
  322: 'tileWidth',
  323: 'tileHeight',
  324: 'tileOffsets',
  325: 'tileBytes',
  339: 'sampleFormat',
} as const;

/** Whole numbers of the first directory of a TIFF file. */
export type TiffTags = Readonly<Partial<Record<(typeof NAMES)[keyof typeof NAMES], readonly number[]>>>;

/** Bytes of a number, by type: BYTE, SHORT, LONG. */
const WIDTHS: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4 };

/**
 * The tags of the first picture of a TIFF file, those that are known and hold whole numbers.
 *
 * @throws RangeError where one lies beyond the end of the file.
 */
export function readTiffTags(view: DataView, littleEndian: boolean): TiffTags {
  const directory = view.getUint32(4, littleEndian);
  const count = view.getUint16(directory, littleEndian);
  const tags: Record<string, readonly number[]> = {};
  for (let entry = 0; entry < count; entry++) {
    const at = directory + 2 + 12 * entry;
    const name = NAMES[view.getUint16(at, littleEndian) as keyof typeof NAMES];
    const width = WIDTHS[view.getUint16(at + 2, littleEndian)];
    // A tag that is there twice is read once: a file can say so any number of times.
    if (name === undefined || width === undefined || tags[name]) continue;
    const length = view.getUint32(at + 4, littleEndian);
    const from = width * length > 4 ? view.getUint32(at + 8, littleEndian) : at + 8;
    if (from + width * length > view.byteLength) throw new RangeError('a tag points beyond the file');
    tags[name] = Array.from({ length }, (_, i) => {
      if (width === 1) return view.getUint8(from + i);
      return width === 2
        ? view.getUint16(from + 2 * i, littleEndian)
        : view.getUint32(from + 4 * i, littleEndian);
    });
  }
  return tags;
}
