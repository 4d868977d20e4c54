/** The two splits of an MNIST-like data set. */
export type SplitName = 'train' | 'test';

/** What a file holds: images or labels of a split. */
export type FileRole = `${SplitName}-${'images' | 'labels'}`;

/** A data set in the four files of MNIST, and where it may be found. */
export interface IdxCollection {
  /** The loader's name in messages, e.g. `mnist`. */
  readonly scope: string;
  /** For people, e.g. `MNIST`. */
  readonly title: string;
  readonly classNames: readonly string[];
  /** Its folder's name inside a folder of data sets. */
  readonly folder: string;
  /** An npm package that has the files in its folder `data`. */
  readonly npmPackage?: string;
  /** Where an operating system's package puts it. */
  readonly systemFolder?: string;
  /** What to do to get it. */
  readonly fix: string;
  /** SHA-256 of the official files, uncompressed. */
  readonly checksums: Readonly<Record<FileRole, string>>;
}

/** Bytes of the official files of MNIST and of all that took its place, uncompressed. */
export const FILE_BYTES: Readonly<Record<FileRole, number>> = {
  'train-images': 16 + 60000 * 784,
  'train-labels': 8 + 60000,
  'test-images': 16 + 10000 * 784,
  'test-labels': 8 + 10000,
};

const PREFIXES = { train: 'train', test: 't10k' } as const;

/** The names that a file goes by: `train-images-idx3-ubyte` or `train-images.idx3-ubyte`, plain or `.gz`. */
export function fileNames(role: FileRole): string[] {
  const [split, content] = role.split('-') as [SplitName, 'images' | 'labels'];
  const stem = `${PREFIXES[split]}-${content}`;
  const rank = content === 'images' ? 3 : 1;
  return [`${stem}-idx${rank}-ubyte`, `${stem}.idx${rank}-ubyte`].flatMap((name) => [name, `${name}.gz`]);
}
