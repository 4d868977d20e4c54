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
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
