import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where a file or folder of the data sets lies that are not part of the repository; `undefined` where they are not there. */
export function sharedData(name: string): string | undefined {
  return [process.env['ESPALIER_DATA_DIR'], join(import.meta.dirname, '../../../../shared/data')]
    .filter((dir) => dir !== undefined)
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path));
}
