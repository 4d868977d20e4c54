import type { Comparison } from './comparisons.js';
import type { Engine } from './engines.js';
import { EngineProcess, type Measured } from './engine-process.js';

/** An engine's times, one a round, and what it said that it ran on. */
export interface Times {
  readonly engine: Engine;
  /** Milliseconds a step. */
  readonly ms: number[];
  readonly ran: string | undefined;
}

/** Which time counts: what passes, or what the process uses of processors, which other work on the machine changes less. */
export type Clock = 'wall' | 'processor';

/** Lets the engines of a comparison take turns. Those that do not start are left out, with a line that says why. */
export async function timesOf(
  { spec, engines }: Comparison,
  rounds: number,
  clock: Clock,
): Promise<readonly Times[]> {
  const running: { engine: Engine; process: EngineProcess; measured: Measured[] }[] = [];
  for (const engine of engines) {
    const started = await EngineProcess.start(engine.command, engine.args);
    if (started) running.push({ engine, process: started, measured: [] });
    else console.error(`  (${engine.name})`);
  }
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another, so that none is always the one after a pause.
    const first = running.length === 0 ? 0 : round % running.length;
    for (const { engine, process: child, measured } of [
      ...running.slice(first),
      ...running.slice(0, first),
    ]) {
      measured.push(await child.measure(Math.max(3, Math.round(spec.steps / (engine.slowness ?? 1)))));
    }
  }
  for (const { process: child } of running) child.stop();
  return running.map(({ engine, measured }) => ({
    engine,
    ms: measured.map(({ wall, processor }) => (clock === 'wall' ? wall : processor)),
    ran: measured.at(-1)?.ran,
  }));
}

/** The middle one: other work on the machine disturbs means. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
