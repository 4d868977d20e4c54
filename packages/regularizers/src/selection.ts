import type { ParameterSelector, Tensors } from '@espalier/core';
import { option, selectParameters } from '@espalier/core';

/** Options that every plugin on parameters has. */
export interface SelectionOptions {
  /** The parameters that it applies to. Default `kernels`: weights, never biases nor scales. */
  readonly parameters?: ParameterSelector;
  /** The plugin's name, for a run that has two of the kind. Default: the kind. */
  readonly name?: string;
}

/** The rules of {@link SelectionOptions} for a plugin of this kind. */
export function selectionRules(kind: string) {
  return {
    parameters: option.parameters({ default: 'kernels' }),
    name: option.text({ default: kind }),
  };
}

/** The names selected out of parameters. */
export type Selection = (parameters: Tensors) => readonly string[];

/**
 * A selector as a function of the parameters, which are known only once a step runs. The answer is kept for the shapes that it
 * was given for.
 *
 * @throws EspalierError `invalid-option` from the function where the selector selects nothing.
 */
export function selection(scope: string, selector: ParameterSelector = 'kernels'): Selection {
  // `test` of a global or sticky pattern goes on where it last stopped, so the same name would match only sometimes.
  const stateless =
    selector instanceof RegExp ? new RegExp(selector.source, selector.flags.replace(/[gy]/g, '')) : selector;
  let key: string | undefined;
  let names: readonly string[] = [];
  return (parameters) => {
    const shapes = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
    const now = JSON.stringify(shapes);
    if (now !== key) {
      names = selectParameters(shapes, stateless, scope);
      key = now;
    }
    return names;
  };
}
