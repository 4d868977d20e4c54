import type { Trial } from '../study/trial.js';

interface Waiting {
  readonly value: number;
  readonly step?: number;
}

/**
 * Tells a trial of several folds that run at once, in the order of folds: what a fold reports waits until all folds before it
 * have ended. So what the pruner sees, and where it stops, does not depend on which fold is faster.
 */
export class OrderedReports {
  readonly #trial: Pick<Trial<unknown>, 'report'>;
  readonly #waiting = new Map<number, Waiting[]>();
  readonly #ended = new Set<number>();
  #current = 0;
  #pruned = false;
  #last: Promise<void> = Promise.resolve();

  constructor(trial: Pick<Trial<unknown>, 'report'>) {
    this.#trial = trial;
  }

  /** Whether the trial should stop. */
  get pruned(): boolean {
    return this.#pruned;
  }

  /** The first fold that has not ended. */
  get current(): number {
    return this.#current;
  }

  /** @returns Whether the trial should stop. */
  async report(fold: number, value: number, step?: number): Promise<boolean> {
    const waiting = this.#waiting.get(fold) ?? [];
    this.#waiting.set(fold, [...waiting, { value, ...(step !== undefined && { step }) }]);
    await this.#flush();
    return this.#pruned;
  }

  /** Nothing more comes of this fold. */
  async end(fold: number): Promise<void> {
    this.#ended.add(fold);
    await this.#flush();
  }

  #flush(): Promise<void> {
    this.#last = this.#last.then(async () => {
      while (!this.#pruned) {
        for (const { value, step } of this.#waiting.get(this.#current)?.splice(0) ?? []) {
          if (this.#pruned) return;
          const place = { fold: this.#current, ...(step !== undefined && { step }) };
          this.#pruned = await this.#trial.report(value, place);
        }
        const more = this.#waiting.get(this.#current)?.length;
        if (this.#pruned || more || !this.#ended.has(this.#current)) return;
        this.#current++;
      }
    });
    return this.#last;
  }
}
