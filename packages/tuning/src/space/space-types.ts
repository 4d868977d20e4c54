import type {
  ChoiceDistribution,
  Distribution,
  FloatDistribution,
  IntDistribution,
  ParameterValue,
} from './distributions.js';

/** Values of other parameters on which one depends: a value, or several of which one is enough. */
export type Condition = Readonly<Record<string, ParameterValue | readonly ParameterValue[]>>;

/** A parameter that there is only where others have certain values, see `when`. */
export interface Conditional<C extends Condition = Condition, D extends Distribution = Distribution> {
  readonly type: 'when';
  readonly condition: C;
  readonly distribution: D;
}

/** Parameters by name. */
export type SpaceDefinition = Readonly<Record<string, Distribution | Conditional>>;

/** The type of a distribution's values. */
export type ValueOf<D> =
  D extends Conditional<infer _C, infer Inner>
    ? ValueOf<Inner>
    : D extends ChoiceDistribution<infer T>
      ? T
      : D extends FloatDistribution | IntDistribution
        ? number
        : never;

type One<V> = V extends readonly (infer T)[] ? T : V;

/** Complains, in the editor, about conditions on what is no choice of the space or none of its values. */
export type CheckedConditions<S> = {
  [K in keyof S]: S[K] extends Conditional<infer C, infer D>
    ? Conditional<{ [N in keyof C]: N extends keyof S ? CheckedValue<S[N], C[N]> : never }, D>
    : S[K];
};
type CheckedValue<Parameter, V> =
  Parameter extends ChoiceDistribution<infer T>
    ? [One<V>] extends [T]
      ? V
      : T | readonly T[]
    : Parameter extends Conditional<infer _C, ChoiceDistribution<infer T>>
      ? [One<V>] extends [T]
        ? V
        : T | readonly T[]
      : never;

type ConditionalKeys<S> = { [K in keyof S]: S[K] extends Conditional ? K : never }[keyof S];
type Unconditional<S> = { [K in Exclude<keyof S, ConditionalKeys<S>>]: ValueOf<S[K]> };

/** With the parameter and all that it depends on, or without it and with something else there. */
type Branches<S, K extends keyof S> =
  S[K] extends Conditional<infer C, infer D>
    ? | ({ [N in keyof C & string]: One<C[N]> } & { [P in K]: ValueOf<D> })
      | {
          [N in keyof C & string]: Otherwise<S, N, One<C[N]>> & { [P in K]?: never };
        }[keyof C & string]
    : never;
/** The controlling parameter with another value; where it is itself conditional, perhaps without any. */
type Otherwise<S, N extends string, V> = N extends keyof S
  ? S[N] extends Conditional
    ? { [P in N]?: Exclude<ValueOf<S[N]>, V> }
    : { [P in N]: Exclude<ValueOf<S[N]>, V> }
  : never;

type AllBranches<S> = [ConditionalKeys<S>] extends [never]
  ? unknown
  : { [K in ConditionalKeys<S>]: (branches: Branches<S, K>) => void }[ConditionalKeys<S>] extends (
        all: infer All,
      ) => void
    ? All
    : never;

type Flat<T> = T extends unknown ? { [K in keyof T]: T[K] } : never;

/**
 * The type of a trial's parameters: those that are always there, and a union over the conditions, so that
 * `if (parameters.optimizer === 'sgd')` makes `parameters.momentum` a number.
 */
export type ParametersOf<S extends SpaceDefinition> = Flat<Unconditional<S> & AllBranches<S>>;

/** Parameter values by name, of any space. */
export type Parameters = Readonly<Record<string, ParameterValue>>;
