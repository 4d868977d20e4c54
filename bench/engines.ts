import { fileURLToPath } from 'node:url';
import type { Case } from './cases.js';

/** One way to take the steps of a case. */
export interface Engine {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Steps are this much slower than those of compiled, roughly: fewer are taken. */
  readonly slowness?: number;
}

/** Where the others are to be found; what is missing is left out. */
export interface Peers {
  /** A Python with PyTorch. */
  readonly torch?: string | undefined;
  /** A Python with JAX. */
  readonly jax?: string | undefined;
  /** A folder in which `npm install @jax-js/jax` was run. */
  readonly jaxJs?: string | undefined;
}

const file = (name: string): string => fileURLToPath(new URL(`./workers/${name}`, import.meta.url));

/** A worker in Node. */
export function node(
  name: string,
  worker: string,
  spec: Case,
  args: readonly string[],
  slowness = 1,
  flags: readonly string[] = [],
): Engine {
  const sources = ['--conditions=@espalier/source', '--import', 'tsx'];
  return {
    name,
    command: process.execPath,
    args: [...flags, ...sources, file(worker), JSON.stringify(spec), ...args],
    slowness,
  };
}

/** PyTorch, in a mode of its worker. */
export function torch({ torch: python }: Peers, spec: Case, mode: string): Engine[] {
  if (!python) return [];
  const args = [file('torch_worker.py'), JSON.stringify(spec), mode];
  return [{ name: `PyTorch ${mode}`, command: python, args }];
}

/** On one core, where there is `taskset`: flags do not keep JAX from others. */
export function jax({ jax: python }: Peers, spec: Case): Engine[] {
  if (!python || spec.threads > 1) return [];
  const args = ['-c', '1', python, file('jax_worker.py'), JSON.stringify(spec)];
  return [{ name: 'JAX jit, one core', command: 'taskset', args }];
}

/** jax-js on its wasm backend. */
export function jaxJs({ jaxJs: folder }: Peers, spec: Case): Engine[] {
  if (!folder || spec.kind !== 'mlp' || spec.batchNormalization) return [];
  return [node('@jax-js/jax jit, wasm', 'jax-js.ts', spec, [folder], 10)];
}
