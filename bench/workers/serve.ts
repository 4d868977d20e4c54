import { createInterface } from 'node:readline';

/** Answers the lines of the parent process, see `EngineProcess`. `run(steps)` takes that many steps, and may say what they ran on. */
export async function serve(warmUp: number, run: (steps: number) => Promise<string | void>): Promise<void> {
  await run(warmUp);
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { steps } = JSON.parse(line) as { steps: number };
    const [startedAt, used] = [performance.now(), process.cpuUsage()];
    const ran = (await run(steps)) ?? undefined;
    const ms = (performance.now() - startedAt) / steps;
    const { user, system } = process.cpuUsage(used);
    console.log(JSON.stringify({ ms, cpu: (user + system) / 1000 / steps, ran }));
  }
}
