import { importPeer, inNode, nodeModule } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';
import type { DecodedImage } from './image.js';
import { type JpegFrame, jpegFrame } from './jpeg-frame.js';

interface Codec {
  decode(data: Uint8Array, preserveOrientation: boolean): { readonly data: Uint8ClampedArray } | null;
}

type MakeCodec = (options: {
  readonly noInitialRun: boolean;
  readonly printErr: (message: string) => void;
  readonly instantiateWasm?: (
    imports: WebAssembly.Imports,
    ready: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
}) => Promise<Codec>;

let codec: Promise<Codec> | undefined;
/** What libjpeg said of the last file. */
let warnings: string[] = [];
const quietly = { noInitialRun: true, printErr: (message: string) => void warnings.push(message) };

/**
 * Reads a JPEG file by mozjpeg (`@jsquash/jpeg`), whose pixels are those of libjpeg and Pillow to the bit. The orientation
 * that a camera noted is not applied.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<DecodedImage> {
  const { width, height, components } = checkedFrame(bytes);
  codec ??= loadCodec();
  const loaded = await codec;
  warnings = [];
  let decoded: Uint8ClampedArray | undefined;
  try {
    decoded = decodeWith(loaded, bytes);
  } catch (error) {
    // It may have stopped half-way: the next file gets a new one.
    codec = undefined;
    throw error;
  }
  // Extra bytes between two parts are common and harmless; after any other warning libjpeg fills with grey.
  const damage = warnings.find((warning) => !warning.includes('extraneous'));
  if (damage !== undefined) invalidData('decode-image', `the JPEG file is damaged or cut short: ${damage}.`);
  if (decoded?.length !== 4 * width * height)
    invalidData('decode-image', 'the JPEG file is damaged; get it again.');
  const channels = components === 1 ? 1 : 3;
  const data = new Uint8Array(channels * width * height);
  for (let i = 0, to = 0; to < data.length; i += 4) {
    for (let c = 0; c < channels; c++) data[to++] = decoded[i + c]!;
  }
  return { width, height, channels, data };
}

/** What the decoder would refuse without a word, or take memory for in vain. */
function checkedFrame(bytes: Uint8Array): JpegFrame {
  const frame = jpegFrame(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  const { process, bits, width, height, components } = frame;
  const kind =
    process === 0xc3
      ? 'lossless coding'
      : process > 0xc8
        ? 'arithmetic coding'
        : process > 0xc2
          ? `coding process ${process - 0xc0}`
          : bits !== 8
            ? `${bits} bits a sample`
            : components !== 1 && components !== 3
              ? `${components} components a pixel${components === 4 ? ' (CMYK)' : ''}`
              : undefined;
  if (kind)
    invalidData(
      'decode-image',
      `JPEG files with ${kind} are not supported; save it as RGB or grey, or as PNG.`,
    );
  // Each block of 8 x 8 pixels takes a bit at least.
  if (width * height > 512 * bytes.length) {
    const pixels = `${width} x ${height} pixels`;
    invalidData(
      'decode-image',
      `the JPEG file is damaged or cut short: ${bytes.length} bytes cannot hold ${pixels}.`,
    );
  }
  return frame;
}

async function loadCodec(): Promise<Codec> {
  const { default: make } = (await importPeer(
    {
      packageName: '@jsquash/jpeg',
      scope: 'decode-image',
      code: 'io',
      need: 'JPEG files are decoded by @jsquash/jpeg',
    },
    () => import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js'),
  )) as unknown as { default: MakeCodec };
  if (!inNode()) return make(quietly);
  const { createRequire } = await nodeModule<typeof import('node:module')>('node:module');
  const { readFile } = await nodeModule<typeof import('node:fs/promises')>('node:fs/promises');
  const here = (import.meta.url as string | undefined) ?? __filename;
  const manifest = createRequire(here).resolve('@jsquash/jpeg/package.json');
  const file = `${manifest.slice(0, -'package.json'.length)}codec/dec/mozjpeg_dec.wasm`;
  const module = await WebAssembly.compile(await readFile(file));
  return withImageData(() =>
    make({
      ...quietly,
      instantiateWasm(imports, ready) {
        const instance = new WebAssembly.Instance(module, imports);
        ready(instance);
        return instance.exports;
      },
    }),
  );
}

// The codec answers with an ImageData, which Node does not have; what it defines there itself would stay.
function decodeWith(loaded: Codec, bytes: Uint8Array): Uint8ClampedArray | undefined {
  return withImageData(() => loaded.decode(bytes, false)?.data);
}

function withImageData<T>(body: () => T): T {
  const scope = globalThis as { ImageData?: unknown };
  if (scope.ImageData) return body();
  scope.ImageData = class {
    constructor(readonly data: Uint8ClampedArray) {}
  };
  try {
    return body();
  } finally {
    delete scope.ImageData;
  }
}
