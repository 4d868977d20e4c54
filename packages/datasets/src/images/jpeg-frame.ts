/** What a JPEG file says of its picture. */
export interface JpegFrame {
  /** Its marker, C0 to CF: 0xC0 and 0xC1 baseline, 0xC2 progressive, others of kinds that are hardly ever met. */
  readonly process: number;
  /** Of a sample. */
  readonly bits: number;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour, 4 CMYK. */
  readonly components: number;
}

/** Markers from C0 to CF that begin no frame: tables and a reserved one. */
const TABLES = new Set([0xc4, 0xc8, 0xcc]);

/**
 * Reads the frame header of a JPEG file.
 *
 * @throws RangeError where the file ends before it.
 */
export function jpegFrame(view: DataView): JpegFrame {
  let at = 2;
  for (;;) {
    while (view.getUint8(at) === 0xff) at++;
    const process = view.getUint8(at++);
    if (process >= 0xc0 && process <= 0xcf && !TABLES.has(process)) {
      return {
        process,
        bits: view.getUint8(at + 2),
        width: view.getUint16(at + 5),
        height: view.getUint16(at + 3),
        components: view.getUint8(at + 7),
      };
    }
    at += view.getUint16(at);
  }
}
