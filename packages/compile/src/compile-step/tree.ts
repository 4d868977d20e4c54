import { EspalierError } from '@espalier/core';
import { describe } from '@espalier/core/internal';

/** Plain nested objects and arrays with leaves of one type. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> };

/** A leaf with the path that leads to it, e.g. `parameters/hidden_1/kernel`. */
export type Leaves<Leaf> = [path: string, leaf: Leaf][];

/**
 * The leaves of a tree in the order of its keys, each under its path; a lone leaf has the path `value`.
 *
 * @throws EspalierError `invalid-data` for what is neither a leaf nor a plain object or array, and for two leaves of one path.
 */
export function flatten<Leaf>(tree: Tree<Leaf>, isLeaf: (node: unknown) => node is Leaf): Leaves<Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (node: unknown, path: string): void => {
    if (isLeaf(node)) {
      const at = path === '' ? 'value' : path;
      if (leaves.has(at)) refuse(`two of them have the path "${at}"; name one otherwise.`);
      leaves.set(at, node);
    } else if (isBranch(node))
      for (const [key, child] of Object.entries(node)) visit(child, path === '' ? key : `${path}/${key}`);
    else refuse(`${path === '' ? 'there' : `at "${path}" there`} is ${nameOf(node)}.`);
  };
  visit(tree, '');
  return [...leaves];
}

function isBranch(node: unknown): node is object {
  if (typeof node !== 'object' || node === null) return false;
  const prototype: object | null = Object.getPrototypeOf(node) as object | null;
  // An object of another realm has another prototype of that name.
  return Array.isArray(node) || prototype === null || prototype.constructor.name === 'Object';
}

function nameOf(node: unknown): string {
  if (node instanceof Promise) return 'a promise (the function must not be async)';
  if (ArrayBuffer.isView(node)) return `a ${node.constructor.name} without a shape: write { data, shape }`;
  return typeof node === 'object' && node !== null ? `a ${node.constructor.name}` : describe(node);
}

function refuse(what: string): never {
  throw new EspalierError({
    code: 'invalid-data',
    scope: 'compile',
    message: `A compiled step takes and gives tensors in plain objects and arrays; ${what}`,
  });
}

/** The same tree with every leaf replaced, in the order of {@link flatten}. */
export function mapTree<From, To>(
  tree: Tree<From>,
  isLeaf: (node: unknown) => node is From,
  change: (leaf: From, path: string) => To,
): Tree<To> {
  const visit = (node: Tree<From>, path: string): Tree<To> => {
    if (isLeaf(node)) return change(node, path === '' ? 'value' : path);
    const at = (key: string): string => (path === '' ? key : `${path}/${key}`);
    if (Array.isArray(node)) return node.map((child, i) => visit(child as Tree<From>, at(String(i))));
    return Object.fromEntries(
      Object.entries(node as object).map(([key, child]) => [key, visit(child as Tree<From>, at(key))]),
    );
  };
  return visit(tree, '');
}
