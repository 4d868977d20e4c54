import type { Dataset } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { invalidData } from '../invalid-data.js';
import { nodeRuntime } from '../node-runtime.js';
import { readDataFile } from '../read-data-file.js';
import type { ImageFile, ImageOptions } from './from-image-files.js';
import { fromImageFiles, IMAGE_RULES } from './from-image-files.js';
import { isImagePath } from './image-paths.js';

const SCOPE = 'image-folder';

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions extends ImageOptions {
  /** The folder that has one folder for each class. */
  readonly dir: string;
}

/** No image file needs more. */
const MOST_BYTES = 2 ** 28;

/**
 * A data set of a folder with one folder of images for each class: `dir/<class>/<image>`.
 *
 * Files that are no images are passed over; images of a format that is not read are refused, and so are images in deeper folders,
 * and a folder without an image, unless `classNames` says which folders are classes. Everything else is as with
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
  const { dir, classNames } = readOptions(SCOPE, options, { dir: option.text(), ...IMAGE_RULES }).values;
  const { dir: _, ...rest } = options;
  const folders = await listFolders(dir);
  const files = folders.flatMap(({ images }) => images);
  if (files.length === 0) {
    invalidData(
      SCOPE,
      `${dir} has no folders with images; it must have one for each class, as ${dir}/<class>/<image>.`,
    );
  }
  const empty = folders.find(({ images }) => images.length === 0);
  if (empty && !classNames) {
    invalidData(
      SCOPE,
      `${empty.path} has no images, and each folder is a class; delete it, or give classNames, with it or without.`,
    );
  }
  return fromImageFiles(files, rest);
}

interface Folder {
  readonly path: string;
  readonly images: readonly ImageFile[];
}

async function listFolders(dir: string): Promise<Folder[]> {
  const node = await nodeRuntime(
    SCOPE,
    'choose a folder in the page and give its files to fromImageFiles().',
  );
  const list = async (path: string) => {
    const entries = await node.files
      .readdir(path, { withFileTypes: true })
      .catch((cause: unknown) => cannotRead(path, cause));
    return entries.filter(({ name }) => name !== '__MACOSX' && !name.startsWith('.'));
  };
  // Of a link, only what it leads to tells.
  const isFolder = async (path: string): Promise<boolean> =>
    (await node.files.stat(path).catch((cause: unknown) => cannotRead(path, cause))).isDirectory();
  const folders: Folder[] = [];
  for (const { name: folder } of await list(dir)) {
    const path = `${dir}/${folder}`;
    if (!(await isFolder(path))) continue;
    const images: ImageFile[] = [];
    for (const entry of await list(path)) {
      const file = `${path}/${entry.name}`;
      if (
        entry.isDirectory() &&
        (await list(file)).some(({ name }) => isImagePath(`${file}/${name}`, SCOPE))
      ) {
        invalidData(
          SCOPE,
          `${file} has images and lies within the folder of a class; they must lie in it themselves, as ${dir}/<class>/<image>.`,
        );
      }
      if (entry.isDirectory() || !isImagePath(file, SCOPE)) continue;
      images.push({ path: file, bytes: () => readDataFile(file, MOST_BYTES, SCOPE, node) });
    }
    folders.push({ path, images });
  }
  return folders;
}

function cannotRead(path: string, cause: unknown): never {
  const detail = cause instanceof Error ? cause.message : String(cause);
  throw new EspalierError({ code: 'io', scope: SCOPE, message: `cannot read ${path}: ${detail}`, cause });
}
