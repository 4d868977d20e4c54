import type { SplitName } from '../idx-collection.js';

/** A file of the binary version. */
export interface CifarFile {
  readonly name: string;
  readonly images: number;
  /** SHA-256 of the official file. */
  readonly checksum: string;
}

/** CIFAR-10 or CIFAR-100 in its official binary version. */
export interface CifarCollection {
  readonly scope: string;
  readonly title: string;
  /** Its folder's name inside a folder of data sets. */
  readonly folder: string;
  /** The archive, and the folder that it unpacks to. */
  readonly archive: string;
  readonly unpacked: string;
  /** Kinds of label, one byte each, in the order of the file; with the names of their classes. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly files: Readonly<Record<SplitName, readonly CifarFile[]>>;
}

/** Bytes of the pixels of an image: red, green, blue, each row by row. */
export const CIFAR_PIXELS = 3 * 32 * 32;
