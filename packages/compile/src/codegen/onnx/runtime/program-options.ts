import type { Device, RuntimeOptions } from './runtime-types.js';

/** How a program is run. */
export interface ProgramOptions extends RuntimeOptions {
  /** Default `cpu`. */
  readonly device?: Device;
  /** Threads inside one operator. Default 1, which small steps are fastest with. */
  readonly threads?: number;
  /** Outputs that become inputs of the next run, by output name. They stay with the runtime. */
  readonly carry?: Readonly<Record<string, string>>;
  /** Writes the time of each node to `<prefix>_<date>.json` when the program is disposed. */
  readonly profile?: string;
}
