import { EspalierError } from '@espalier/core';
import { elementCount, type TensorArray } from '../../graph/element-type.js';
import type { Graph, Value } from '../../graph/graph.js';
import { explainMemory } from './explain-memory.js';
import type { Kernel } from './kernel.js';
import { FunctionBuilder } from './function-builder.js';
import { FusedLoop } from './kernels/fused-loop.js';
import { flushState } from './flush-state.js';
import { aligned, alignment, planMemory } from './memory-plan.js';
import { ModuleBuilder } from './module-builder.js';
import { addNode } from './operators/operators.js';
import { Planner } from './planner.js';
import { prepare } from './prepare.js';
import { StepSeries, type StepSeriesPlan } from './step-series.js';
import type { Place } from './tensor-memory.js';
import { isRowMajor, wholeView, type Region, type View } from './view.js';

/** A step as one WebAssembly module, and the memory it works in. */
export interface StepModule {
  /** The module: it imports `env.memory` and exports `step`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly inputs: ReadonlyMap<string, Place>;
  /** Results that are not carried. */
  readonly outputs: ReadonlyMap<string, Place>;
  /** What must lie in memory before the first call. */
  readonly constants: readonly {
    readonly address: number;
    readonly data: TensorArray;
    readonly dtype: Value['dtype'];
  }[];
  /** How several steps are run in one call of its export `steps`, where that was asked for. */
  readonly series: StepSeriesPlan | undefined;
  /** How many loops, products and the like it runs. */
  readonly kernels: number;
  /** Its own memory: the first byte, and the first that it does not use. */
  readonly start: number;
  readonly end: number;
  /** Kernels, and where in memory their operands lie, in readable form. */
  explain(): string;
}

/** What a step is compiled with. */
export interface StepModuleOptions {
  /** State entries by the name of the input that reads them. */
  readonly reads?: ReadonlyMap<string, string>;
  /** State entries by the name of the output that becomes their next value. */
  readonly writes?: ReadonlyMap<string, string>;
  /** State entries that are weights of a model. */
  readonly weights?: ReadonlySet<string> | undefined;
  /** Where a state entry lies. */
  readonly addressOf?: (entry: string, value: Value) => number;
  /** For runs of several steps in one call: names of the streams that fill inputs. */
  readonly streams?: ReadonlyMap<string, string>;
  /** Whether products may round a multiplication and an addition once. */
  readonly relaxed?: boolean | undefined;
  /** Inputs that are written once, before the first call. */
  readonly numbers?: ReadonlySet<string>;
  /** Where the step's own memory starts; asked after all addresses of the state. */
  readonly start?: () => number;
}

/** WebAssembly's memory ends here. */
const mostBytes = 2 ** 32;
/** Loads of four may reach beyond the last element. */
const slack = 64;

/**
 * Compiles a graph of ONNX operators to a WebAssembly module that runs it in one call.
 *
 * @throws EspalierError `unsupported-op` for an operator without a WebAssembly form, `executor-unavailable` where it needs more
 *   than 4 GB.
 */
export function compileModule(lowered: Graph, options: StepModuleOptions = {}): StepModule {
  const { reads = new Map<string, string>(), writes = new Map<string, string>() } = options;
  const graph = flushState(prepare(lowered), { writes, weights: options.weights });
  const state = new Map<string, Region>();
  const stateRegion = (entry: string, value: Value): Region => {
    let region = state.get(entry);
    if (!region) {
      const address = options.addressOf!(entry, value);
      region = { name: entry, elements: elementCount(value.shape), bytesPerElement: 4, address };
      state.set(entry, region);
    }
    return region;
  };
  const planner = new Planner(graph, (name, value) => {
    const entry = reads.get(name);
    return entry === undefined ? undefined : stateRegion(entry, value);
  });
  for (const node of graph.nodes) addNode(node, planner);

  // Results: the next state goes where the old one lies, others stay where they are made.
  const results = new Map<string, View>();
  for (const { name, value } of graph.outputs) results.set(name, planner.view(value));
  const targetOf = (name: string, value: Value): Region | undefined =>
    writes.has(name) ? stateRegion(writes.get(name)!, value) : undefined;
  for (const { name, value } of graph.outputs) {
    const view = results.get(name)!;
    const target = targetOf(name, value);
    const plain = isRowMajor(view) && view.offset === 0;
    if (plain && view.region === target) continue;
    const shared = [...results].some(([other, { region }]) => other !== name && region === view.region);
    const isState = [...state.values()].includes(view.region);
    // What another result or an input is too is copied, before the state is written.
    if (plain && !isState && !(target && (shared || planner.isGiven(view.region)))) continue;
    results.set(name, planner.copied(view, value.dtype));
  }
  const { kernels } = planner;
  const inPlace = new Map<Region, Region>();
  const copies: Kernel[] = [];
  for (const { name, value } of graph.outputs) {
    const target = targetOf(name, value);
    const { region } = results.get(name)!;
    if (!target || region === target) continue;
    if (takesThePlaceOf(target, region, kernels)) inPlace.set(region, target);
    else copies.push(FusedLoop.copy(results.get(name)!, wholeView(target, value.shape), value.dtype));
  }
  const all = [...kernels, ...copies];

  const from = aligned(options.start?.() ?? alignment);
  let end = from;
  const place = (region: Region): void => {
    region.address = end;
    end = aligned(end + region.elements * region.bytesPerElement + 1);
  };
  for (const [name, region] of planner.inputs) if (!reads.has(name)) place(region);
  for (const region of planner.constants) place(region);
  const scratch = planner.usedScratch;
  if (scratch) place(scratch);
  const fed = [...planner.inputs].filter(([name]) => !reads.has(name) && !options.numbers?.has(name));
  const given = [...results].flatMap(([name, { region }]) =>
    writes.has(name) ? [] : [[name, region] as const],
  );
  const series = options.streams && new StepSeries(new Map(fed), new Map(given), options.streams);
  for (const region of series?.regions ?? []) place(region);
  for (const [region, target] of inPlace) region.address = target.address;
  const kept = new Set([...results.values()].map(({ region }) => region));
  end = planMemory(all, kept, end) + slack;
  if (end > mostBytes)
    throw new EspalierError({
      code: 'executor-unavailable',
      scope: 'compile',
      message: `This step needs ${end} bytes, and WebAssembly has 4 GB. Use smaller batches, or compiled({ target: 'onnx' }).`,
    });

  const module = new ModuleBuilder(options);
  const step = new FunctionBuilder();
  for (const kernel of all) step.emit(kernel.emit(module));
  const stepNumber = module.add(step, 'step');
  series?.emit(module, stepNumber);
  const bytes = module.bytes();
  const placeOf = (view: View, dtype: Value['dtype']): Place => ({
    address: view.region.address,
    shape: view.shape,
    dtype,
  });
  return {
    bytes,
    inputs: new Map(
      graph.inputs.map(({ name, value }) => [
        name,
        { address: planner.inputs.get(name)!.address, shape: value.shape, dtype: value.dtype },
      ]),
    ),
    outputs: new Map(
      graph.outputs
        .filter(({ name }) => !writes.has(name))
        .map(({ name, value }) => [name, placeOf(results.get(name)!, value.dtype)]),
    ),
    constants: planner.constants.map(({ address, value }) => ({
      address,
      data: value.constant!.data,
      dtype: value.dtype,
    })),
    series: series?.plan(),
    kernels: all.length,
    start: from,
    end,
    explain: () =>
      [
        ...all.map((kernel) => kernel.describe()),
        ...explainMemory(all),
        `${all.length} kernels in ${module.size} functions, ${bytes.length} bytes of code, ${end - from} bytes of memory`,
      ].join('\n'),
  };
}

/** Whether a result may be written where the state that it replaces lies: nobody reads the old state any more. */
function takesThePlaceOf(state: Region, result: Region, kernels: readonly Kernel[]): boolean {
  const writers = kernels
    .map((kernel, at) => (kernel.writes.includes(result) ? at : -1))
    .filter((at) => at >= 0);
  if (writers.length !== 1) return false;
  const at = writers[0]!;
  if (!(kernels[at] instanceof FusedLoop)) return false;
  if (kernels.slice(at).some(({ mayFail }) => mayFail)) return false;
  if (kernels.slice(at + 1).some(({ reads }) => reads.includes(state))) return false;
  return !kernels[at].reads.includes(state) || kernels[at].inPlace.includes(state);
}
