/** True in Node, and in what calls itself so. */
export function inNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}
