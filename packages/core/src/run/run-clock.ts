/** The wall seconds of a run's epochs. */
export class RunClock {
  readonly #now: () => number;
  /** Of the epochs that are over, as in the record. */
  readonly #seconds: number[];
  #startedAt = 0;
  /** Of the epoch that is resumed, before the checkpoint. */
  #before = 0;
  /** Sum over the first epochs, so many: asked at every step, and epochs may be many. */
  #sum = 0;
  #summed = 0;

  /** @param seconds The record's, to which `endEpoch` adds. */
  constructor(seconds: number[], now: () => number = () => performance.now()) {
    this.#seconds = seconds;
    this.#now = now;
  }

  startEpoch(): void {
    this.#startedAt = this.#now() - 1000 * this.#before;
    this.#before = 0;
  }

  endEpoch(): void {
    this.#seconds.push(this.epoch(true));
  }

  /** Takes back what the record says of an epoch that goes on. */
  reopenEpoch(epoch: number): void {
    this.#before = this.#seconds.splice(epoch)[0] ?? 0;
    this.#sum = this.#summed = 0;
  }

  /** Seconds of the unfinished epoch. */
  epoch(running: boolean): number {
    return running ? (this.#now() - this.#startedAt) / 1000 : this.#before;
  }

  /** @param running Whether an epoch is under way. */
  total(running: boolean): number {
    for (; this.#summed < this.#seconds.length; this.#summed++) this.#sum += this.#seconds[this.#summed]!;
    return this.#sum + this.epoch(running);
  }
}
