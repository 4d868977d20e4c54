import { type Case, cases, epoch } from './cases.js';
import { type Engine, jax, jaxJs, node, type Peers, torch } from './engines.js';

/** What is compared: ours first. */
export interface Comparison {
  readonly spec: Case;
  readonly engines: readonly Engine[];
}

/** A step of ours on one target. */
export const onTarget = (spec: Case, target: 'compiled' | 'onnx' | 'wasm'): Engine =>
  node(target === 'compiled' ? 'Espalier compiled' : `Espalier, target ${target}`, 'espalier.ts', spec, [
    target,
  ]);

/** Every comparison, whole steps of every case first. */
export function comparisons(peers: Peers): Comparison[] {
  const small = cases[0]!;
  const steps = cases.map((spec): Comparison => {
    const others = [node('Espalier eager, wasm', 'espalier.ts', spec, ['eager-wasm'], 8)];
    if (spec.kind === 'mlp' && spec.sizes[0]! < 800 && !spec.inputs) {
      others.push(node('tfjs fit, wasm', 'tfjs.ts', spec, ['wasm', 'fit'], 15));
    }
    if (spec === small) others.push(node('tfjs fit, cpu', 'tfjs.ts', spec, ['cpu', 'fit'], 120));
    return {
      spec,
      engines: [
        onTarget(spec, 'compiled'),
        ...torch(peers, spec, 'eager'),
        ...torch(peers, spec, 'compile'),
        ...jax(peers, spec),
        ...jaxJs(peers, spec),
        onTarget(spec, 'onnx'),
        // One module runs on one thread.
        ...(spec.threads > 1 ? [] : [onTarget(spec, 'wasm')]),
        ...others,
      ],
    };
  });
  return [...steps, ...runs(peers)];
}

/** What a trainer adds to its steps. */
function runs(peers: Peers): Comparison[] {
  const small = cases[0]!;
  const plugins = (spec: Case, engine: string, kind: string, counts: readonly number[]): Engine[] =>
    counts.map((n) => node(`${engine}, ${n} ${kind} plugins`, 'espalier.ts', spec, [engine, `${kind}:${n}`]));
  const regression = cases.find((spec) => spec.regression)!;
  const short = { ...regression, name: 'short epochs (1-100-100-1, 20 steps of 4, dropout)', steps: 6000 };
  const shortly = (name: string, way: string): Engine => node(name, 'short-epochs.ts', short, [way]);
  return [
    {
      spec: short,
      engines: [
        shortly('fit', 'fit'),
        shortly('bare call of the module', 'bare'),
        shortly('fit with 10 plugins that listen to epochs', 'plugins'),
        shortly('fit with validation of 20 examples', 'validation'),
        ...torch(peers, short, 'epochs').map((engine) => ({ ...engine, slowness: 6 })),
      ],
    },
    {
      spec: epoch,
      engines: [
        onTarget(epoch, 'compiled'),
        ...torch(peers, epoch, 'DataLoader'),
        ...torch(peers, epoch, 'eager'),
      ],
    },
    {
      spec: { ...epoch, name: 'trainer and bare compiled step (784-64-64-10, rounds of an epoch)' },
      engines: [
        node('trainer with 10 typical plugins', 'espalier.ts', epoch, ['compiled', 'typical:10']),
        node('bare compiled step', 'bare.ts', epoch, []),
      ],
    },
    {
      spec: { ...small, name: 'typical plugins (784-64-64-10, compiled)' },
      engines: plugins(small, 'compiled', 'typical', [10, 0]),
    },
    {
      spec: { ...small, name: 'idle plugins (784-64-64-10, compiled)' },
      engines: plugins(small, 'compiled', 'idle', [20, 1, 0]),
    },
    {
      spec: {
        ...small,
        name: 'trainer and hand-written loop (784-64-64-10, eager, backend-wasm)',
        steps: 150,
      },
      engines: [
        node('trainer with 10 typical plugins', 'espalier.ts', small, ['eager-wasm', 'typical:10']),
        node('hand-written loop', 'tfjs.ts', small, ['espalier-wasm', 'loop']),
      ],
    },
  ];
}
