import { refuse } from './refuse.js';

const SCOPE = 'load-model';

/**
 * Files of a zip archive by name. Nothing is trusted: sizes are checked against the archive before memory is taken.
 *
 * @param wanted Names of the files that are unpacked.
 * @param most Bytes that all files together may have.
 * @throws EspalierError `invalid-data` for what is no zip, is larger than `most`, or packed otherwise than by deflate.
 */
export async function readZip(
  bytes: Uint8Array,
  wanted: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50)
      refuse(SCOPE, 'the zip archive is damaged.');
    const method = view.getUint16(at + 10, true);
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((by) => view.getUint16(at + by, true)) as [
      number,
      number,
      number,
    ];
    const local = view.getUint32(at + 42, true);
    const crc = view.getUint32(at + 16, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + extra + comment;
    total += size;
    if (total > most) {
      refuse(
        SCOPE,
        `the files in the zip archive have more than ${most} bytes, too many for the ${bytes.length} of the archive; ` +
          'give a maxBytes that is larger if they are to be trusted.',
      );
    }
    if (!wanted.includes(name)) continue;
    if (files.has(name)) refuse(SCOPE, `the zip archive has '${name}' twice.`);
    if (local + 30 > bytes.length || view.getUint32(local, true) !== 0x04034b50)
      refuse(SCOPE, 'the zip archive is damaged.');
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + packed > bytes.length) refuse(SCOPE, `'${name}' in the zip archive is cut off.`);
    const content = bytes.subarray(start, start + packed);
    if (method !== 0 && method !== 8)
      refuse(SCOPE, `'${name}' in the zip archive is packed in a way that is not known.`);
    files.set(name, method === 0 ? content : await inflated(name, content, size));
    if (files.get(name)!.length !== size)
      refuse(SCOPE, `'${name}' in the zip archive has not the size that it says.`);
    if (checksum(files.get(name)!) !== crc)
      refuse(SCOPE, `'${name}' in the zip archive is damaged: its checksum is another one.`);
  }
  return files;
}

/** CRC-32 of a zip archive. */
function checksum(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** Where the record at the archive's end begins, before a comment of up to 65,535 bytes. */
function endOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--)
    if (view.getUint32(at, true) === 0x06054b50) return at;
  return refuse(SCOPE, 'it is not a zip archive, as .keras files are.');
}

/** At most `size` bytes are unpacked. */
async function inflated(name: string, packed: Uint8Array, size: number): Promise<Uint8Array> {
  const stream = new Blob([packed as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const whole = new Uint8Array(size);
  let at = 0;
  try {
    for (const reader = stream.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return whole.subarray(0, at);
      if (at + value.length > size) {
        await reader.cancel();
        break;
      }
      whole.set(value, at);
      at += value.length;
    }
  } catch (cause) {
    refuse(SCOPE, `'${name}' in the zip archive cannot be unpacked.`, cause);
  }
  return refuse(SCOPE, `'${name}' in the zip archive has more bytes than it says.`);
}
