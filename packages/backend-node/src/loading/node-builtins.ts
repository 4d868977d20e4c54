/** A module of Node. Named by a variable, so that bundlers for browsers leave the import alone. */
export async function nodeBuiltin<T>(name: string): Promise<T> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`)) as T;
}

/** True in Node, and in what calls itself so. */
export function inNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

/** This file, for Node's resolution: the package's ESM build and its CommonJS build name it differently. */
export function thisFile(): string {
  return typeof __filename === 'string' ? __filename : import.meta.url;
}
