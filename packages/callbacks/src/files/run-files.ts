import { type NodeFiles, nodeFiles } from '@espalier/core/internal';

/**
 * Node's file system, for what runs keep.
 *
 * @throws EspalierError `io` where there is none.
 */
export function runFiles(scope: string): Promise<NodeFiles> {
  return nodeFiles(
    scope,
    "give a store of the browser, opfsStore('runs') or indexedDbStore('runs'), or run it in Node",
  );
}
