import { cpus } from 'node:os';

/** The machine in a few words: processor, number of cores, Node's version. */
export function machine(): string {
  const [first] = cpus();
  return `${first?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`;
}
