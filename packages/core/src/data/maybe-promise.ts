/** A value, at once or later. Code on the path of every step awaits only what is later: an `await` costs a turn of microtasks. */
export type MaybePromise<T> = T | Promise<T>;

/** `next(value)`, at once where the value is there, else when it is. */
export function after<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** True for promises, those of other libraries and realms included. */
export function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as PromiseLike<T> | undefined | null)?.then === 'function';
}
