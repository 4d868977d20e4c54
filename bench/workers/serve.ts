import { createInterface } from 'node:readline';

/** Answers the lines of the parent process, see `EngineProcess`. `run(steps)` takes that many steps. */
export async function serve(warmUp: number, run: (steps: number) => Promise<void>): Promise<void> {
  await run(warmUp);
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { steps } = JSON.parse(line) as { steps: number };
    const startedAt = performance.now();
    await run(steps);
    console.log(JSON.stringify({ ms: (performance.now() - startedAt) / steps }));
  }
}
