import { type NodeFiles, nodeFiles } from '@espalier/core/internal';
import type { StudyEvent } from '../study/study-event.js';

/** @throws EspalierError `io` where there is no Node. */
export function studyFiles(scope: string): Promise<NodeFiles> {
  return nodeFiles(scope, 'use memoryStorage() in a browser');
}

/** A study's header, and how to start this program again; other events as they are. */
export function withProgram(event: StudyEvent): readonly StudyEvent[] {
  if (event.type !== 'study') return [event];
  const { execPath, execArgv, argv } = process;
  return [event, { type: 'program', cwd: process.cwd(), command: [execPath, ...execArgv, ...argv.slice(1)] }];
}
