import type { PeerImport } from '@espalier/core/internal';

/** What is said where the package that decodes pictures of a format cannot be imported, as under Jest's default. */
export const decoder = (format: string, packageName: string): PeerImport => ({
  packageName,
  scope: 'decode-image',
  code: 'io',
  need: `${format} files are decoded by ${packageName}`,
});
