import { type NodeFiles, nodeFiles } from '@espalier/core/internal';

/** @throws EspalierError `io` where there is no Node. */
export function studyFiles(scope: string): Promise<NodeFiles> {
  return nodeFiles(scope, 'use memoryStorage() in a browser');
}
