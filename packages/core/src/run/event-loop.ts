/** Longest time, in milliseconds, that training keeps the event loop from timers and I/O. */
const MAX_BLOCKED_MS = 15;

/** Gives the event loop a turn when the last one was long enough ago. Returns `undefined` when it was not. */
export class EventLoopTurns {
  #last = performance.now();

  /** Whether the last one was long enough ago. */
  get due(): boolean {
    return performance.now() - this.#last >= MAX_BLOCKED_MS;
  }

  take(): Promise<void> | undefined {
    if (!this.due) return undefined;
    return nextTurn().then(() => {
      this.#last = performance.now();
    });
  }
}

/** setTimeout would wait at least a millisecond (browsers: four); these two do not. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
