declare module 'jsfive' {
  /** Reads HDF5 that lies in memory. */
  export class File {
    constructor(buffer: ArrayBuffer, name?: string);
    readonly keys: string[];
    readonly attrs: Record<string, unknown>;
    get(path: string): unknown;
  }
}
