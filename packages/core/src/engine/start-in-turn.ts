let last: Promise<unknown> = Promise.resolve();

/**
 * Starts a backend after whatever is starting already: of two at a time TensorFlow.js gives up the first, although both be the same.
 *
 * @returns what `start` comes to, an error too.
 */
export function startInTurn<T>(start: () => Promise<T>): Promise<T> {
  const turn = last.then(start);
  last = turn.catch(() => undefined);
  return turn;
}
