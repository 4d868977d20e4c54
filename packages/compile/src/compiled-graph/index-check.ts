import type { TensorArray } from '../graph/element-type.js';
import type { IndexBound } from '../passes/index-bounds.js';
import type { Feed } from './code-generator.js';

/** An input holds a row number that its table has not. */
export class IndexOutOfBounds extends Error {
  override readonly name = 'IndexOutOfBounds';
}

/**
 * Looks at row numbers before a step sees them. Engines differ in what they do with a wrong one: the last row is taken for -1,
 * the run fails, or whatever lies there in memory is read.
 */
export class IndexCheck {
  readonly #bounds: ReadonlyMap<string, IndexBound>;
  readonly #wholes: ReadonlySet<string>;
  /** Whole arrays that were looked at: nobody writes to them. */
  readonly #good = new WeakSet<TensorArray>();

  /** @param wholes Inputs that are fed as whole arrays, the same again and again. */
  constructor(bounds: ReadonlyMap<string, IndexBound>, wholes: ReadonlySet<string> = new Set()) {
    this.#bounds = bounds;
    this.#wholes = wholes;
  }

  /** The same feed, which throws where a row number is out of bounds. */
  of(feed: Feed): Feed {
    if (this.#bounds.size === 0) return feed;
    return (input) => {
      const data = feed(input);
      this.look(input, data);
      return data;
    };
  }

  /** Whether the numbers of an input are looked at. */
  has(input: string): boolean {
    return this.#bounds.has(input);
  }

  /** Looks at the numbers of one input. */
  look(input: string, data: TensorArray): void {
    const bound = this.#bounds.get(input);
    if (bound) this.#check(input, data, bound);
  }

  #check(input: string, data: TensorArray, { rows, origin }: IndexBound): void {
    if (this.#good.has(data)) return;
    for (const number of data) {
      const index = Math.trunc(Number(number));
      if (index >= 0 && index < rows) continue;
      throw new IndexOutOfBounds(
        `${origin === '' ? 'a look-up' : origin} takes rows 0 to ${rows - 1}, and "${input}" names row ${index}, ` +
          'which is out of data bounds.',
      );
    }
    if (this.#wholes.has(input)) this.#good.add(data);
  }
}
