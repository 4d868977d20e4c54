import { EspalierError } from '@espalier/core';

/** Plain nested objects and arrays with leaves of one type. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> };

/** A leaf with the path that leads to it, e.g. `parameters/hidden_1/kernel`. */
export type Leaves<Leaf> = [path: string, leaf: Leaf][];

/** The leaves of a tree in the order of its keys, each under its path; a lone leaf has the path `value`. */
export function flatten<Leaf>(tree: Tree<Leaf>, isLeaf: (node: unknown) => node is Leaf): Leaves<Leaf> {
  const leaves: Leaves<Leaf> = [];
  const visit = (node: unknown, path: string): void => {
    if (isLeaf(node)) leaves.push([path === '' ? 'value' : path, node]);
    else if (typeof node === 'object' && node !== null)
      for (const [key, child] of Object.entries(node)) visit(child, path === '' ? key : `${path}/${key}`);
    else
      throw new EspalierError({
        code: 'invalid-data',
        scope: 'compile',
        message: `A compiled step takes and gives tensors in plain objects and arrays; at "${path}" there is ${String(node)}.`,
      });
  };
  visit(tree, '');
  return leaves;
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
