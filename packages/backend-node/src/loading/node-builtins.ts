/** A module of Node. Named by a variable, so that bundlers for browsers leave the import alone. */
export async function nodeBuiltin<T>(name: string): Promise<T> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`)) as T;
}

/** True in Node, and in what calls itself so. */
export function inNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

/** This file, for Node's resolution. */
export function thisFile(): string {
  // The CommonJS build has no `import.meta`; in ESM a `__filename` may be another's.
  return (import.meta.url as string | undefined) ?? __filename;
}
