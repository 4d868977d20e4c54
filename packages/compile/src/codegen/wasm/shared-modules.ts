import type { Value } from '../../graph/graph.js';
import type { GraphKey } from './graph-key.js';

/** A module that serves all steps of one key whose other numbers agree. */
export interface SharedModule<Code> {
  readonly code: Code;
  /** The numbers that it was made with. */
  readonly numbers: readonly number[];
  /** Those among them that it takes from memory: each group is one number. */
  readonly groups: readonly (readonly number[])[];
}

/** Steps that are remembered: the one that was used the longest ago goes. */
const MOST = 64;

/**
 * What was compiled in this process, for steps that are the same but for some numbers: dropout and decay of another trial
 * of a search, say. The first is compiled with its numbers. What another has different is from then on taken from memory, by a module
 * that serves both. Bits do not depend on which it is.
 */
export class SharedModules<Code> {
  readonly #modules = new Map<string, SharedModule<Code>>();

  /** The module for a step. */
  find({ key, numbers }: GraphKey): SharedModule<Code> | undefined {
    const module = this.#modules.get(key);
    if (!module) return undefined;
    this.#keep(key, module);
    const given = numbers.map(numberOf);
    const taken = new Set(module.groups.flat());
    const same = given.every((number, i) => taken.has(i) || Object.is(number, module.numbers[i]));
    const together = module.groups.every((group) =>
      group.every((i) => Object.is(given[i], given[group[0]!])),
    );
    return same && together ? module : undefined;
  }

  /** What a module has to take from memory to serve a step and those before it: in each group, numbers that were equal in all of them. */
  groupsFor({ key, numbers }: GraphKey): number[][] {
    const before = this.#modules.get(key);
    if (!before) return [];
    const groupOf = new Map(before.groups.flatMap((group, at) => group.map((i) => [i, at] as const)));
    const groups = new Map<string, number[]>();
    numbers.forEach((value, i) => {
      const [old, now, group] = [before.numbers[i]!, numberOf(value), groupOf.get(i)];
      if (group === undefined && Object.is(old, now)) return;
      const name = `${group} ${old} ${now}`;
      groups.set(name, [...(groups.get(name) ?? []), i]);
    });
    return [...groups.values()];
  }

  add({ key, numbers }: GraphKey, code: Code, groups: readonly (readonly number[])[]): void {
    this.#keep(key, { code, groups, numbers: numbers.map(numberOf) });
  }

  clear(): void {
    this.#modules.clear();
  }

  #keep(key: string, module: SharedModule<Code>): void {
    this.#modules.delete(key);
    this.#modules.set(key, module);
    if (this.#modules.size > MOST) this.#modules.delete(this.#modules.keys().next().value!);
  }
}

/** The number of a constant. */
export function numberOf({ constant }: Value): number {
  return Number(constant!.data[0]);
}
