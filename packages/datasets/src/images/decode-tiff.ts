import { importPeer } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';
import { decoder } from './decoder.js';
import type { DecodedImage, ImageHeader } from './image.js';
import { tiffTags } from './image-header.js';

const SCOPE = 'decode-image';

/** Compressions that are read: none, the three of CCITT (fax), LZW, JPEG, deflate, PackBits. */
const COMPRESSIONS = new Set([1, 2, 3, 4, 5, 7, 8, 32946, 32773]);

/** Reads the first picture of a TIFF file by `utif2`. */
export async function decodeTiff(bytes: Uint8Array, { width, height }: ImageHeader): Promise<DecodedImage> {
  const tags = tiffTags(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes[0] === 0x49);
  const compression = tags.get(259)?.[0] ?? 1;
  if (!COMPRESSIONS.has(compression)) {
    invalidData(
      SCOPE,
      `TIFF compression ${compression} is not supported; save the file with LZW or deflate.`,
    );
  }
  checkStrips(tags, bytes.length);
  const { decode, decodeImage, toRGBA8 } = await importPeer(decoder('TIFF', 'utif2'), () =>
    import('utif2').then((module) => module.default ?? module),
  );
  // A copy: the decoder reads the whole buffer, and `slice` of a Buffer is the same memory.
  const { buffer } = new Uint8Array(bytes);
  const [picture] = decode(buffer);
  decodeImage(buffer, picture!);
  const rgba = toRGBA8(picture!);
  const kind = tags.get(262)?.[0] ?? 1;
  const samples = tags.get(277)?.[0] ?? 1;
  const channels = kind <= 1 ? 1 : samples === 4 && kind === 2 ? 4 : 3;
  const data = new Uint8Array(channels * width * height);
  if (rgba.length !== 4 * width * height) invalidData(SCOPE, 'the TIFF file is damaged.');
  for (let i = 0, to = 0; to < data.length; i += 4) {
    for (let c = 0; c < channels; c++) data[to++] = rgba[i + c]!;
  }
  return { width, height, channels, data };
}

// The decoder fills with zeros what lies beyond the end.
function checkStrips(tags: ReadonlyMap<number, readonly number[]>, length: number): void {
  const [offsets, counts] = tags.has(324)
    ? [tags.get(324)!, tags.get(325) ?? []]
    : [tags.get(273) ?? [], tags.get(279) ?? []];
  const beyond = offsets.findIndex((offset, i) => offset + (counts[i] ?? 0) > length);
  if (offsets.length === 0 || beyond >= 0) {
    invalidData(SCOPE, 'the TIFF file is cut short: its pixels lie beyond its end; get it again.');
  }
}
