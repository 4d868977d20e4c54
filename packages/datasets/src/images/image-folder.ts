import type { Dataset } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { invalidData } from '../invalid-data.js';
import { nodeRuntime } from '../node-runtime.js';
import { readDataFile } from '../read-data-file.js';
import type { ImageFile, ImageOptions } from './from-image-files.js';
import { fromImageFiles, IMAGE_RULES } from './from-image-files.js';

const SCOPE = 'image-folder';

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions extends ImageOptions {
  /** The folder that has one folder for each class. */
  readonly dir: string;
}

const READ = /\.(png|jpe?g|bmp|tiff?)$/i;
const OTHER = /\.(gif|webp|avif|heic|jp2|jxl|p[bgp]m|svg)$/i;
/** No image file needs more. */
const MOST_BYTES = 2 ** 28;

/**
 * A data set of a folder with one folder of images for each class: `dir/<class>/<image>`.
 *
 * Files that are no images are passed over; images of a format that is not read are refused. Everything else is as with
 * {@link fromImageFiles}, which does the same in a browser.
 *
 * @param options See {@link ImageFolderOptions}. Give the training set's `classNames` for validation and test.
 * @returns Inputs `[N, height, width, channels]` (or flat) of bytes scaled to [0, 1], labels `[N]` int32.
 * @throws EspalierError `io` when the folder cannot be read; `invalid-data`, naming the file.
 * @example
 * ```ts no-run
 * const train = await imageFolder({ dir: 'digits/train', channels: 1 });
 * const test = await imageFolder({ dir: 'digits/val', channels: 1, classNames: train.classNames! });
 * ```
 */
export async function imageFolder(options: ImageFolderOptions): Promise<Dataset> {
  const { dir } = readOptions(SCOPE, options, { dir: option.text(), ...IMAGE_RULES }).values;
  const { dir: _, ...rest } = options;
  const files = await listImages(dir);
  if (files.length === 0) {
    invalidData(
      SCOPE,
      `${dir} has no folders with images; it must have one for each class, as ${dir}/<class>/<image>.`,
    );
  }
  return fromImageFiles(files, rest);
}

async function listImages(dir: string): Promise<ImageFile[]> {
  const node = await nodeRuntime(
    SCOPE,
    'choose a folder in the page and give its files to fromImageFiles().',
  );
  const list = async (path: string) => {
    try {
      return await node.files.readdir(path, { withFileTypes: true });
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new EspalierError({
        code: 'io',
        scope: SCOPE,
        message: `cannot read the folder ${path}: ${detail}`,
        cause,
      });
    }
  };
  const folders = (await list(dir)).filter((entry) => !entry.isFile() && !entry.name.startsWith('.'));
  const found = await Promise.all(
    folders.map(async ({ name: folder }) => {
      const entries = await list(`${dir}/${folder}`);
      return entries.flatMap(({ name }): ImageFile[] => {
        const path = `${dir}/${folder}/${name}`;
        if (OTHER.test(name))
          invalidData(SCOPE, `${path} is of a format that is not read; make it PNG, JPEG, BMP or TIFF.`);
        if (!READ.test(name) || name.startsWith('.')) return [];
        return [{ path, bytes: () => readDataFile(path, MOST_BYTES, SCOPE, node) }];
      });
    }),
  );
  return found.flat();
}
