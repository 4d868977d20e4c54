import { type HostArrays, EspalierError, type PluginState, type Run, type Snapshot } from '@espalier/core';

interface State {
  /** Oldest first. */
  readonly kept: readonly Omit<Snapshot, 'arrays'>[];
  readonly rollBacks: number;
  readonly scale: number;
}

/** The last states of a run that were good, for plugins that go back to it where something went wrong. */
export class GoodState {
  readonly #owner: string;
  readonly #rateFactor: number;
  readonly #attempts: number;
  readonly #margin: number;
  #kept: readonly Snapshot[] = [];
  #rollBacks = 0;
  /** Product of all reductions of the learning rate. */
  #scale = 1;

  /**
   * @param owner Name of the plugin.
   * @param rateFactor What the learning rate is multiplied with each time.
   * @param attempts How often a run may go back.
   * @param margin Steps between a state and what went wrong, where there is such a state: 1 where the last update may be at fault.
   */
  constructor(owner: string, rateFactor: number, attempts: number, margin = 0) {
    this.#margin = margin;
    this.#owner = owner;
    this.#rateFactor = rateFactor;
    this.#attempts = attempts;
  }

  /** At the start of a run: what it had when it was saved, or the state that it starts from. */
  async start(run: Run, saved: PluginState | undefined): Promise<void> {
    const { kept = [], rollBacks = 0, scale = 1 } = (saved?.json ?? {}) as Partial<State>;
    this.#rollBacks = rollBacks;
    this.#scale = scale;
    const arrays = Object.entries(saved?.arrays ?? {});
    const arraysOf = (i: number): HostArrays =>
      Object.fromEntries(
        arrays.flatMap(([name, array]) =>
          name.startsWith(`${i}/`) ? [[name.slice(`${i}/`.length), array]] : [],
        ),
      );
    this.#kept = kept.map((one, i) => ({ ...one, arrays: arraysOf(i) }));
    if (kept.length === 0) await this.keep(run);
  }

  /** Keeps the present state, unless a number in it is not finite. Gives whether it is good. */
  async keep(run: Run): Promise<boolean> {
    const now = await run.snapshot();
    if (!allFinite(now.arrays)) return false;
    this.#kept = [...this.#kept, now].slice(-1 - this.#margin);
    return true;
  }

  /**
   * Goes back, lowers the rate, and notes it.
   *
   * @throws EspalierError `execution-failed` where no good state is known, or the run went back too often.
   */
  async restore(run: Run, why: string): Promise<void> {
    const old = this.#kept.filter(({ step }) => run.step - step > this.#margin).at(-1) ?? this.#kept[0];
    if (!old) return this.#give(`${why}, and the run began so; look at the initial weights and the data.`);
    if (this.#rollBacks === this.#attempts)
      this.#give(
        `${why}, after ${this.#rollBacks} returns to a good state; lower the learning rate, or look at the data.`,
      );
    this.#rollBacks++;
    await run.rollBack(old);
    this.#kept = this.#kept.filter(({ step }) => step <= old.step);
    const { learningRate } = run;
    this.#scale *= this.#rateFactor;
    run.scaleLearningRate(this.#owner, this.#scale);
    run.note(
      this.#owner,
      `${why}: back to the state after step ${old.step}, learning rate ${learningRate} -> ${run.learningRate}`,
    );
  }

  end(): void {
    this.#kept = [];
  }

  save(): PluginState {
    const kept = this.#kept.map(({ arrays: _, ...one }) => one);
    const state: State = { kept, rollBacks: this.#rollBacks, scale: this.#scale };
    const arrays = this.#kept.flatMap((one, i) =>
      Object.entries(one.arrays).map(([name, array]) => [`${i}/${name}`, array] as const),
    );
    return { json: state, arrays: Object.fromEntries(arrays) };
  }

  #give(message: string): never {
    throw new EspalierError({ code: 'execution-failed', scope: this.#owner, message });
  }
}

function allFinite(arrays: HostArrays): boolean {
  return Object.values(arrays).every(({ data }) => {
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
    return true;
  });
}
