const at = (place: number, text: string) => (start: string) => start.startsWith(text, place);

/** Files that are given by mistake, by how they begin (a character a byte). */
const OTHERS: readonly (readonly [name: string, matches: (start: string) => boolean])[] = [
  ['a GIF file', at(0, 'GIF8')],
  ['a WebP file', (start) => start.startsWith('RIFF') && start.startsWith('WEBP', 8)],
  ['an AVIF or HEIC file', at(4, 'ftyp')],
  ['a JPEG 2000 file', (start) => start.startsWith('jP  ', 4) || start.startsWith('\xff\x4f\xff\x51')],
  ['a JPEG XL file', (start) => start.startsWith('JXL ', 4) || start.startsWith('\xff\x0a')],
  ['a BigTIFF file', (start) => start.startsWith('II+\0') || start.startsWith('MM\0+')],
  ['a Netpbm file (PBM, PGM, PPM)', (start) => /^P[1-7]\s/.test(start)],
  ['an icon (ICO)', at(0, '\0\0\x01\0')],
  ['a Photoshop file', at(0, '8BPS')],
  ['a PDF file', at(0, '%PDF')],
  ['a gzip file', at(0, '\x1f\x8b')],
  ['a zip archive', at(0, 'PK')],
  ['a NumPy array', at(0, '\x93NUMPY')],
  ['a pointer of Git LFS, in place of the file', at(0, 'version https://git-lfs')],
  ['text in XML, such as SVG, or a web page', (start) => /^(\xef\xbb\xbf)?\s*</.test(start)],
];

/** What a file is that is no picture of a kind that is read; `undefined` where that is not known. */
export function otherFormat(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  return OTHERS.find(([, matches]) => matches(start))?.[0];
}
