import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Json, Optimizer, ParameterSelector, Scalars, Schedule, Tensors } from '@espalier/core';
import { EspalierError, checkOptions, option, selectParameters } from '@espalier/core';
import { plainJson } from '@espalier/core/internal';

/** Parameters that are optimized alike. */
export interface ParameterGroup {
  /** Which ones: `kernels`, `biases`, names, a pattern, a function; or `others`, all that no other group takes. */
  readonly parameters: ParameterSelector | 'others';
  /** Any optimizer, with a learning rate and decay of its own. It sees the parameters of the group alone. */
  readonly optimizer: Optimizer;
  /** Factor of its learning rate, >= 0, or a schedule of factors. Default 1. */
  readonly rate?: number | Schedule;
}

/**
 * One optimizer for each group of parameters: other rates, decays or algorithms by name or kind of parameter.
 *
 * Each group has its own learning rate, from its optimizer's schedule; the factors that plugins set apply to all of them. The run
 * reports the rate of the first group. Slots are those of the groups' optimizers; freezing a layer drops its parameters from its
 * group.
 *
 * @param groups By name, which is how errors and scalars call them. Every parameter must be in exactly one.
 * @throws EspalierError `invalid-option` for bad groups; in `init`, when the run starts, for a parameter that no group takes or two
 *   take, and for a group that takes none. The message names the parameter.
 * @example
 * ```ts
 * const optimizer = partition({
 *   body: { parameters: /^backbone/, optimizer: adamW({ learningRate: 1e-3 }), rate: 0.1 },
 *   biases: { parameters: ['head/bias'], optimizer: sgd({ learningRate: 0.01 }) },
 *   rest: { parameters: 'others', optimizer: adamW({ learningRate: 1e-3, weightDecay: 0.05 }) },
 * });
 * ```
 * @see `optax.partition`; parameter groups of `torch.optim`.
 */
export function partition(groups: Readonly<Record<string, ParameterGroup>>): Optimizer {
  const members = checkGroups(groups).map(([name, group], i) => memberOf(name, group, i === 0));
  const assign = assignment(groups);
  return {
    name: 'partition',
    learningRate: members[0]!.learningRate,
    config: { kind: 'partition', groups: configOf(groups) },
    scalars: Object.assign({}, ...members.map(({ scalars }) => scalars)),
    init(parameters) {
      const names = assign(parameters, true);
      const slots = members.map(({ name, optimizer }) => optimizer.init(pick(parameters, names[name]!)));
      return Object.assign({}, ...slots) as Tensors;
    },
    update: (gradients, slots, parameters, given) =>
      tf.tidy(() => {
        const names = assign(parameters, false);
        const next: { parameters: Record<string, Tensor>; slots: Record<string, Tensor> } = {
          parameters: { ...parameters },
          slots: { ...slots },
        };
        for (const member of members) {
          const own = pick(parameters, names[member.name]!);
          if (Object.keys(own).length === 0) continue;
          const result = member.optimizer.update(
            pick(gradients, names[member.name]!),
            slots,
            own,
            member.scalarsOf(given),
          );
          Object.assign(next.parameters, result.parameters);
          // What it passes through may be another group's, which has a new value already.
          for (const [slot, tensor] of Object.entries(result.slots)) {
            if (tensor !== slots[slot]) next.slots[slot] = tensor;
          }
        }
        return next;
      }),
  };
}

interface Member {
  readonly name: string;
  readonly optimizer: Optimizer;
  readonly learningRate: number | Schedule;
  readonly scalars: Readonly<Record<string, Schedule>>;
  /** The scalars of the run as the group's optimizer knows them. */
  scalarsOf(given: Scalars): Scalars;
}

function memberOf(name: string, { optimizer, rate = 1 }: ParameterGroup, first: boolean): Member {
  const base = optimizer.learningRate;
  const learningRate: number | Schedule =
    rate === 1
      ? base
      : (at) =>
          (typeof base === 'function' ? base(at) : base) * (typeof rate === 'function' ? rate(at) : rate);
  const scalars: Record<string, Schedule> = {};
  for (const [scalar, schedule] of Object.entries(optimizer.scalars ?? {}))
    scalars[`${name}/${scalar}`] = schedule;
  // The first group's rate is the run's; the others' come in without the plugins' factors.
  if (!first)
    scalars[`${name}/learningRate`] = typeof learningRate === 'function' ? learningRate : () => learningRate;
  return {
    name,
    optimizer,
    learningRate,
    scalars,
    scalarsOf: (given) => (scalar) => {
      if (scalar === 'learningRate' && !first)
        return tf.mul(given(`${name}/learningRate`), given('learningRateFactor'));
      return given(optimizer.scalars && scalar in optimizer.scalars ? `${name}/${scalar}` : scalar);
    },
  };
}

/** The parameters of each group, checked for gaps and overlaps. Kept for the names and shapes that it was asked for. */
function assignment(groups: Readonly<Record<string, ParameterGroup>>) {
  let key: string | undefined;
  let found: Record<string, string[]> = {};
  return (parameters: Tensors, starting: boolean): Record<string, string[]> => {
    const shapes = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
    const now = JSON.stringify([starting, shapes]);
    if (now !== key) [key, found] = [now, assign(groups, shapes, starting)];
    return found;
  };
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** @param starting Whether every group must have a parameter: one may have lost all of its to freezing since. */
function assign(
  groups: Readonly<Record<string, ParameterGroup>>,
  shapes: Shapes,
  starting: boolean,
): Record<string, string[]> {
  const owner = new Map<string, string>();
  const found: Record<string, string[]> = {};
  let others: string | undefined;
  for (const [group, { parameters }] of Object.entries(groups)) {
    found[group] = [];
    if (parameters === 'others') others = group;
    else {
      for (const name of selectedBy(parameters, shapes, group, starting)) {
        const other = owner.get(name);
        if (other !== undefined)
          refuse(`parameter '${name}' is in the groups '${other}' and '${group}'; leave it in one.`);
        owner.set(name, group);
        found[group].push(name);
      }
    }
  }
  for (const name of Object.keys(shapes)) {
    if (owner.has(name)) continue;
    if (others === undefined)
      refuse(
        `parameter '${name}' is in no group; add one that takes it, or a group with parameters: 'others'.`,
      );
    found[others]!.push(name);
  }
  if (starting && others !== undefined && found[others]!.length === 0)
    refuse(`group '${others}' takes no parameter: the other groups take all; leave it out.`);
  return found;
}

function selectedBy(selector: ParameterSelector, shapes: Shapes, group: string, starting: boolean): string[] {
  // Exact names and empty groups are checked when a run starts; layers may be frozen later.
  if (starting) return selectParameters(shapes, selector, `partition, group '${group}'`);
  try {
    const present = Array.isArray(selector)
      ? (selector as readonly string[]).filter((name) => name in shapes)
      : selector;
    return selectParameters(shapes, present as ParameterSelector, 'partition');
  } catch (error) {
    if (error instanceof EspalierError) return [];
    throw error;
  }
}

function pick(tensors: Tensors, names: readonly string[]): Record<string, Tensor> {
  const picked: Record<string, Tensor> = {};
  for (const name of names) if (tensors[name]) picked[name] = tensors[name];
  return picked;
}

function checkGroups(groups: unknown): [string, ParameterGroup][] {
  const check = checkOptions('partition');
  if (
    typeof groups !== 'object' ||
    groups === null ||
    Array.isArray(groups) ||
    Object.keys(groups).length === 0
  )
    check.fail('groups', 'an object with a group by each name', groups);
  const entries = Object.entries(groups as Record<string, ParameterGroup>);
  for (const [name, group] of entries) {
    if (typeof group !== 'object' || group === null)
      check.fail(`group '${name}'`, 'an object with parameters and optimizer', group);
    const unknown = Object.keys(group).find((key) => !['parameters', 'optimizer', 'rate'].includes(key));
    if (unknown) check.fail(`group '${name}'`, 'one with parameters, optimizer and rate only', unknown);
    if (group.parameters !== 'others')
      option.parameters().read(`group '${name}': parameters`, group.parameters, check);
    const optimizer: unknown = group.optimizer;
    if (
      typeof optimizer !== 'object' ||
      optimizer === null ||
      !('update' in optimizer && 'init' in optimizer)
    )
      check.fail(`group '${name}': optimizer`, 'an optimizer, as adam() makes one', optimizer);
    if (group.rate !== undefined)
      option.schedule({ min: 0 }).read(`group '${name}': rate`, group.rate, check);
  }
  if (entries.filter(([, group]) => group.parameters === 'others').length > 1)
    check.fail(
      'groups',
      "at most one with parameters: 'others'",
      entries.map(([name]) => name),
    );
  return entries;
}

function configOf(groups: Readonly<Record<string, ParameterGroup>>): Json {
  const each = Object.entries(groups).map(([name, { parameters, optimizer, rate = 1 }]) => [
    name,
    {
      parameters: plainJson(parameters),
      optimizer: { name: optimizer.name, options: plainJson(optimizer.config ?? {}) },
      rate: plainJson(rate),
    },
  ]);
  return Object.fromEntries(each) as Json;
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'partition', message });
}
