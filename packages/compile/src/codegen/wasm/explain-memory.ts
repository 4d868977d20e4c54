import type { Kernel } from './kernel.js';
import type { Region } from './view.js';

/** Where everything lies that kernels read and write, one place a line; what is on one line takes turns there. */
export function explainMemory(kernels: readonly Kernel[]): string[] {
  const places = new Map<number, Set<Region>>();
  for (const region of kernels.flatMap(({ reads, writes }) => [...reads, ...writes])) {
    const there = places.get(region.address);
    if (there) there.add(region);
    else places.set(region.address, new Set([region]));
  }
  return [...places]
    .sort(([one], [other]) => one - other)
    .map(([address, regions]) => {
      const names = [...regions].map(
        ({ name, elements, bytesPerElement }) => `${name} (${elements * bytesPerElement} B)`,
      );
      return `at ${address}: ${names.join(', then ')}`;
    });
}
