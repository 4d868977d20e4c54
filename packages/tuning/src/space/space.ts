import { checkOptions, EspalierError } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import type { Distribution, ParameterValue } from './distributions.js';
import { valueProblem } from './distributions.js';
import type {
  CheckedConditions,
  Condition,
  Conditional,
  Parameters,
  ParametersOf,
  SpaceDefinition,
} from './space-types.js';

const SCOPE = 'space';

/** One parameter of a {@link Space}. */
export interface Dimension {
  readonly name: string;
  readonly distribution: Distribution;
  /** What others must be for this one to be there, values as lists; empty where it always is. */
  readonly condition: Readonly<Record<string, readonly ParameterValue[]>>;
}

/** A search space, see {@link space}. */
export interface Space<P = Parameters> {
  /** In the order of declaration, so that a parameter comes after those that it depends on. */
  readonly dimensions: readonly Dimension[];
  /** Whether a parameter is there, given the values of those before it. */
  isActive(dimension: Dimension, values: Parameters): boolean;
  /**
   * Checks a whole set of values.
   *
   * @throws EspalierError `invalid-option` that names the first value that is missing, unknown or out of range.
   */
  check(values: unknown): P;
}

/**
 * A search space with types: parameters by name, each drawn from a distribution, some only where others have
 * certain values.
 *
 * The type of a trial's parameters follows: a choice gives the union of its values, numbers give `number`, and a
 * conditional one is there exactly where its condition holds.
 *
 * @throws EspalierError `invalid-option` for a space without parameters, and for a condition that is not on a choice
 *   declared before.
 * @example
 * ```ts
 * const search = space({
 *   optimizer: choice(['sgd', 'adam']),
 *   learningRate: float(1e-4, 1e-2, { log: true }),
 *   momentum: when({ optimizer: 'sgd' }, float(0, 1)),
 *   units: int(16, 512, { log: true }),
 * });
 * ```
 */
export function space<const S extends SpaceDefinition>(
  definition: S & CheckedConditions<S>,
): Space<ParametersOf<S>> {
  const check = checkOptions(SCOPE);
  if (typeof definition !== 'object' || definition === null)
    check.fail('the space', 'an object of parameters', definition);
  const entries = Object.entries(definition as SpaceDefinition);
  if (entries.length === 0) check.fail('the space', 'one of at least one parameter', definition);
  const dimensions: Dimension[] = [];
  for (const [name, entry] of entries) {
    if (name === '' || /^\d+$/.test(name))
      check.fail('a parameter name', 'text that is not a number, since those lose their order', name);
    if (name in Object.prototype)
      check.fail('a parameter name', 'text that is no property of every object', name);
    const distribution = entry?.type === 'when' ? entry.distribution : entry;
    if (!['choice', 'float', 'int'].includes(distribution?.type))
      check.fail(name, 'made by choice, float, int or when', entry);
    const condition = entry.type === 'when' ? conditionOf(name, entry.condition, dimensions) : {};
    dimensions.push({ name, distribution, condition });
  }
  return {
    dimensions,
    isActive,
    check: (values) => checkValues(dimensions, values) as ParametersOf<S>,
  };
}

/**
 * A parameter that there is only where others have certain values. It is declared after those.
 *
 * @param condition A value for each of one or more choices, or a list of values of which one is enough. All must hold.
 * @throws EspalierError `invalid-option` for a condition without parameters.
 * @example
 * ```ts
 * const search = space({
 *   layers: choice([1, 2, 3]),
 *   secondLayer: when({ layers: [2, 3] }, int(16, 128)),
 * });
 * ```
 */
export function when<const C extends Condition, D extends Distribution>(
  condition: C,
  distribution: D,
): Conditional<C, D> {
  if (typeof condition !== 'object' || condition === null || Object.keys(condition).length === 0)
    checkOptions(SCOPE).fail('condition', 'values of other parameters by name', condition);
  return { type: 'when', condition, distribution };
}

function conditionOf(name: string, condition: Condition, before: readonly Dimension[]) {
  const check = checkOptions(SCOPE);
  const lists = Object.entries(condition).map(([other, value]) => {
    const controller = before.find((dimension) => dimension.name === other);
    if (!controller || controller.distribution.type !== 'choice')
      check.fail(`the condition of '${name}'`, 'on choices that are declared before it', other);
    const values = Array.isArray(value) ? (value as readonly ParameterValue[]) : [value as ParameterValue];
    const { choices } = controller!.distribution as { choices: readonly ParameterValue[] };
    const unknown = values.find((each) => !choices.includes(each));
    if (values.length === 0 || unknown !== undefined)
      check.fail(
        `the condition of '${name}' on '${other}'`,
        `among ${choices.map(describe).join(', ')}`,
        unknown ?? values,
      );
    return [other, values] as const;
  });
  return Object.fromEntries(lists);
}

function isActive({ condition }: Dimension, values: Parameters): boolean {
  return Object.entries(condition).every(
    ([name, allowed]) => name in values && allowed.includes(values[name]!),
  );
}

function checkValues(dimensions: readonly Dimension[], values: unknown): Parameters {
  const refuse = (message: string): never => {
    throw new EspalierError({ code: 'invalid-option', scope: SCOPE, message });
  };
  if (typeof values !== 'object' || values === null)
    refuse(`parameters must be values by name, got ${describe(values)}.`);
  const given = values as Parameters;
  const names = dimensions.map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined)
    refuse(`parameter '${unknown}' is not in the space, which has ${names.join(', ')}; take it out.`);
  for (const dimension of dimensions) {
    const { name, distribution } = dimension;
    const there = given[name] !== undefined;
    if (!isActive(dimension, given)) {
      if (there)
        refuse(
          `parameter '${name}' is given, but its condition does not hold; take it out or change the others.`,
        );
      continue;
    }
    if (!there) refuse(`parameter '${name}' is missing; give it a value.`);
    const problem = valueProblem(distribution, given[name]);
    if (problem) refuse(`parameter '${name}' must be ${problem}, got ${describe(given[name])}.`);
  }
  return Object.fromEntries(
    names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]!]),
  );
}
