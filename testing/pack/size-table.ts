import { lineUp, textLines } from '@espalier/core/internal';
import type { PackedPackage } from './pack-packages.js';

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

/** A line for each package: version, number of files, size packed and unpacked. */
export function sizeTable(packed: readonly PackedPackage[]): string {
  const rows = [
    ['package', 'version', 'files', 'packed', 'unpacked'],
    ...packed.map(({ manifest, files, packedSize, unpackedSize }) => [
      manifest.name,
      manifest.version,
      String(files.length),
      kilobytes(packedSize),
      kilobytes(unpackedSize),
    ]),
  ];
  return textLines(lineUp(rows, (column) => column >= 2)).join('\n');
}
