import { EspalierError } from '@espalier/core';
import type { Pruner, Space, StudyEvent, StudyHeader } from '@espalier/tuning';
import { StudyState } from '@espalier/tuning/internal';
import type { Redis } from 'ioredis';
import type { StudyKeys } from './keys.js';
import { decode } from './messages.js';

/** What a worker knows of a study: its events so far. */
export class StudyCopy {
  readonly #redis: Redis;
  readonly #keys: StudyKeys;
  readonly #expected: { readonly space: Space<unknown>; readonly pruner: Pruner | undefined };
  #state = new StudyState();
  #known = 0;

  constructor(
    redis: Redis,
    keys: StudyKeys,
    expected: { readonly space: Space<unknown>; readonly pruner: Pruner | undefined },
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#expected = expected;
  }

  /**
   * The study as it is now.
   *
   * @throws EspalierError `invalid-option` where it has another space or pruner than this worker.
   */
  async read(): Promise<{ readonly header: StudyHeader; readonly state: StudyState }> {
    const first = await this.#redis.lindex(this.#keys.events, 0);
    // Another study of that name, after the first one was removed.
    if (this.#known > 0 && first !== JSON.stringify(this.#state.header)) {
      this.#state = new StudyState();
      this.#known = 0;
    }
    for (const text of await this.#redis.lrange(this.#keys.events, this.#known, -1)) {
      this.#state.apply(decode<StudyEvent>(text));
      this.#known++;
    }
    const { header } = this.#state;
    if (!header) return refuse('there is no such study');
    const { space, pruner } = this.#expected;
    const same = (part: string, theirs: unknown, ours: unknown) => {
      const [there, here] = [JSON.stringify(theirs), JSON.stringify(ours)];
      if (there !== here) refuse(`its ${part} is ${there}, that of this worker ${here}`);
    };
    same('space', header.space, space.dimensions);
    same('pruner', header.pruner, pruner?.config ?? null);
    return { header, state: this.#state };
  }
}

function refuse(what: string): never {
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'serve-trials',
    message: `this worker does not serve the study: ${what}; run the program of the study in the worker, too.`,
  });
}
