import type { Graph } from '../graph/graph.js';
import { compareTraces } from './compare-traces.js';

/** A traced function. */
export interface Traced {
  readonly graph: Graph;
  /**
   * Traces again and compares.
   *
   * @throws EspalierError `impure-step` where a number has changed since.
   */
  verify(): void;
}

/**
 * Traces a function, and again to see that nothing in it changes by itself.
 *
 * @param check Default true: false leaves the second trace out.
 * @throws EspalierError `impure-step`.
 */
export function traceTwice(traceOnce: () => Graph, check = true): Traced {
  const graph = traceOnce();
  const verify = (): void => compareTraces(graph, traceOnce());
  if (check) verify();
  return { graph, verify };
}
