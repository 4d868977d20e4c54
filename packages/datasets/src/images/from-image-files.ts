import type { Dataset } from '@espalier/core';
import { EspalierError, isEspalierError, option, readOptions } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { inMemory } from '../in-memory.js';
import { invalidData } from '../invalid-data.js';
import { convertChannels } from './convert-channels.js';
import { decodeImage } from './decode-image.js';
import type { DecodedImage } from './image.js';
import { imageHeader } from './image-header.js';
import { isImagePath } from './image-paths.js';

const SCOPE = 'from-image-files';

/** An image file: where it lies, and how its bytes are had. The folder that it lies in is its class. */
export interface ImageFile {
  /** With `/` between folders, e.g. `cats/0001.png`. */
  readonly path: string;
  bytes(): Uint8Array | Promise<Uint8Array>;
}

/** A browser's `File`, e.g. of an `<input type="file" webkitdirectory>`. */
export interface FileOfBrowser {
  readonly name: string;
  readonly webkitRelativePath: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** How images become a data set. */
export interface ImageOptions {
  /** 1 makes grey, 3 red, green, blue, 4 opacity, too. Default: what the first image has; others must then have the same. */
  readonly channels?: 1 | 3 | 4;
  /** The classes in label order. Default: the names of the folders, sorted. Give those of the training set for all others. */
  readonly classNames?: readonly string[];
  /** Images as `[N, height * width * channels]`. Default false. */
  readonly flatten?: boolean;
  /** Most bytes that all pixels may take together. Default 2^30. */
  readonly maxBytes?: number;
}

/** What {@link ImageOptions} may be. */
export const IMAGE_RULES = {
  channels: option.custom<1 | 3 | 4, { readonly optional: true }>({
    expected: '1, 3 or 4',
    accepts: (value) => value === 1 || value === 3 || value === 4,
    optional: true,
  }),
  classNames: option.names({ optional: true }),
  flatten: option.boolean({ default: false }),
  maxBytes: option.integer({ min: 1, default: 2 ** 30 }),
};

/** Files that are decoded at the same time. */
const AT_ONCE = 16;

/**
 * A data set of image files that lie in one folder for each class, in Node and in browsers.
 *
 * PNG, JPEG, BMP and TIFF as {@link decodeImage} reads them, all of one size and equally deep in folders. Hidden files and those
 * whose names end otherwise are passed over. Pixels stay bytes in memory and become float32
 * in [0, 1] (`byte / 255`) in a batch's tensor. Examples are sorted by class, then by path.
 *
 * @param files In any order: `{ path, bytes }`, or the files of a browser's folder.
 * @param options See {@link ImageOptions}.
 * @returns Inputs `[N, height, width, channels]` (or flat), labels `[N]` int32, the names of the classes.
 * @throws EspalierError `invalid-option`; `invalid-data`, naming the file, when one is of another size or depth, damaged, or of
 *   a format that is not read.
 * @example
 * ```ts
 * const chosen = (list: Iterable<FileOfBrowser>) => fromImageFiles(list, { channels: 1 });
 * ```
 * @see torchvision, `torchvision.datasets.ImageFolder`, whose order of the classes this is.
 */
export async function fromImageFiles(
  files: Iterable<ImageFile | FileOfBrowser>,
  options: ImageOptions = {},
): Promise<Dataset> {
  const { channels, classNames: given, flatten, maxBytes } = readOptions(SCOPE, options, IMAGE_RULES).values;
  const entries = [...files].map(toEntry).filter(({ path }) => isImagePath(path, SCOPE));
  if (entries.length === 0) {
    invalidData(
      SCOPE,
      'there are no image files; give at least one whose name ends in .png, .jpg, .bmp or .tiff.',
    );
  }
  checkDepths(entries);
  const classNames = given ?? [...new Set(entries.map((entry) => entry.className))].sort();
  const labelOf = new Map(classNames.map((name, label) => [name, label]));
  const unknown = entries.find(({ className }) => !labelOf.has(className));
  if (unknown) {
    invalidData(
      SCOPE,
      `${unknown.path} is of class '${unknown.className}'; the classes are ${classNames.join(', ')}.`,
    );
  }
  entries.sort((a, b) => labelOf.get(a.className)! - labelOf.get(b.className)! || (a.path < b.path ? -1 : 1));

  const first = await open(entries[0]!);
  const shape = [first.height, first.width, channels ?? first.channels];
  const row = first.height * first.width * shape[2]!;
  if (row * entries.length > maxBytes) {
    invalidData(
      SCOPE,
      `${entries.length} images of ${shape.join(' x ')} take ${row * entries.length} bytes, more than maxBytes ${maxBytes}; ` +
        'raise it, or use smaller images.',
    );
  }
  const data = new Uint8Array(row * entries.length);
  const read = async (index: number): Promise<void> => {
    const image = index === 0 ? first : await open(entries[index]!, first);
    if (channels === undefined && image.channels !== first.channels) {
      invalidData(
        SCOPE,
        `${entries[index]!.path} has ${image.channels} channels, ${entries[0]!.path} has ${first.channels}; ` +
          'say which to make of all: channels: 1 or 3.',
      );
    }
    data.set(convertChannels(image, shape[2] as 1 | 3 | 4), index * row);
  };
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const length = Math.min(AT_ONCE, entries.length - start);
    await Promise.all(Array.from({ length }, (_, i) => read(start + i)));
  }
  return inMemory(
    SCOPE,
    {
      inputs: {
        input: {
          data,
          shape: [entries.length, ...(flatten ? [row] : shape)],
          dtype: 'float32',
          scale: 1 / 255,
        },
      },
      targets: {
        target: {
          data: Int32Array.from(entries, ({ className }) => labelOf.get(className)!),
          shape: [entries.length],
          dtype: 'int32',
        },
      },
    },
    Object.freeze([...classNames]),
  );
}

interface Entry extends ImageFile {
  readonly className: string;
}

function toEntry(file: ImageFile | FileOfBrowser): Entry {
  const given = (file ?? {}) as Partial<ImageFile & FileOfBrowser>;
  const isOurs = typeof given.path === 'string' && typeof given.bytes === 'function';
  const path = isOurs ? given.path : given.webkitRelativePath || given.name;
  if (typeof path !== 'string' || !(isOurs || typeof given.arrayBuffer === 'function'))
    invalidData(SCOPE, `a file must be { path, bytes } or a File, got ${describe(file)}.`);
  const bytes = isOurs ? () => given.bytes!() : async () => new Uint8Array(await given.arrayBuffer!());
  return { path, className: path.split('/').at(-2) ?? '', bytes };
}

// A picture that lies beside the folders of the classes, or deeper, would be of a class that nobody meant.
function checkDepths(entries: readonly Entry[]): void {
  const depthOf = ({ path }: Entry): number => path.split('/').length;
  const [first] = entries;
  const other = entries.find((entry) => depthOf(entry) !== depthOf(first!));
  if (other) {
    invalidData(
      SCOPE,
      `${first!.path} and ${other.path} are not equally deep in folders; each image must lie in the folder of its class.`,
    );
  }
  if (!first!.className) invalidData(SCOPE, `${first!.path} lies in no folder, which would be its class.`);
}

async function open(entry: Entry, like?: DecodedImage): Promise<DecodedImage> {
  try {
    const bytes = await entry.bytes();
    if (like) {
      const { width, height } = imageHeader(bytes);
      if (width !== like.width || height !== like.height) {
        invalidData(
          SCOPE,
          `the image is ${width} x ${height} pixels, those before it ${like.width} x ${like.height}; bring all to one size.`,
        );
      }
    }
    return await decodeImage(bytes);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.replace(/^\[[^\]]*\] /, '') : String(cause);
    throw new EspalierError({
      code: isEspalierError(cause) ? cause.code : 'io',
      scope: SCOPE,
      message: `${entry.path}: ${detail}`,
      cause,
    });
  }
}
