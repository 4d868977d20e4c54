import { invalidData } from '../invalid-data.js';

const READ = /\.(png|jpe?g|bmp|dib|tiff?)$/i;
const OTHER = /\.(gif|webp|avif|heic|heif|jp2|jxl|ico|psd|p[bgp]m|svg)$/i;

/**
 * Whether a file of a folder is an image, by its name. Hidden files are none (`.DS_Store`, `__MACOSX`), and files of other names are
 * passed over (`Thumbs.db`, `readme.txt`).
 *
 * @throws EspalierError `invalid-data` for an image of a format that is not read: passed over, it would be missing without a word.
 */
export function isImagePath(path: string, scope: string): boolean {
  // Folders above that of the class do not count: data may lie in `~/.cache`.
  if (
    path
      .split('/')
      .slice(-2)
      .some((part) => /^(\.[^./]|__MACOSX$)/.test(part))
  )
    return false;
  if (OTHER.test(path)) {
    invalidData(scope, `${path} is of a format that is not read; make it PNG, JPEG, BMP or TIFF.`);
  }
  return READ.test(path);
}
