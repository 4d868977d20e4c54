/** A module for a worker that forgets to serve. */
export {};
