/** Seconds of this process, as a clock on the wall and as its processors count them. */
export interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

/** @returns A function that says what was spent since it was made, or called last. */
export function spent(): () => Spent {
  let wall = performance.now();
  let cpu = process.cpuUsage();
  return () => {
    const [now, used] = [performance.now(), process.cpuUsage(cpu)];
    const since = { wall: (now - wall) / 1000, cpu: (used.user + used.system) / 1e6 };
    wall = now;
    cpu = process.cpuUsage();
    return since;
  };
}
