import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalars } from '@espalier/core';
import type { Factor, TransformStep } from './gradient-transform.js';

/** The numbers of one step, each made once, whichever parameter asks first. Release them when the step is done. */
export class StepNumbers implements TransformStep {
  readonly #scalars: ReadonlyMap<string, Scalar>;
  readonly #made = new Map<string, Scalar>();

  /** @param names What the transform may ask for. Asked for at once: whoever gives them may do so in a tidy of its own. */
  constructor(
    readonly optimizer: string,
    scalars: Scalars,
    names: readonly string[],
  ) {
    this.#scalars = new Map(names.map((name) => [name, scalars(name)]));
  }

  scalar(name: string): Scalar {
    const found = this.#scalars.get(name);
    if (!found) throw new Error(`A transform asks for the scalar '${name}', which it does not declare.`);
    return found;
  }

  constant(value: number): Scalar {
    return this.#once(`=${value}`, () => tf.scalar(value));
  }

  product({ constant, scalars }: Factor): Scalar {
    const [first, ...rest] = scalars;
    if (!first) return this.constant(constant);
    if (rest.length === 0 && constant === 1) return first;
    return this.#once([constant, ...scalars.map(({ id }) => id)].join('*'), () => {
      const product = rest.reduce((product, scalar) => tf.mul(product, scalar), first);
      return constant === 1 ? product : tf.mul(product, this.constant(constant));
    });
  }

  release(): void {
    for (const scalar of this.#made.values()) scalar.dispose();
  }

  #once(key: string, make: () => Scalar): Scalar {
    let found = this.#made.get(key);
    // Kept: it is asked for in the tidy of one parameter and used for all.
    if (!found) this.#made.set(key, (found = tf.keep(make())));
    return found;
  }
}
