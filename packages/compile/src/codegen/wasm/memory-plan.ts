import type { Kernel } from './kernel.js';
import type { Region } from './view.js';

/** Addresses are multiples of this: a cache line. */
export const alignment = 64;

/** The next address that a region may start at. */
export function aligned(address: number): number {
  return Math.ceil(address / alignment) * alignment;
}

const sizeOf = ({ elements, bytesPerElement }: Region): number => aligned(elements * bytesPerElement + 1);

/** Regions that lie at one place, one after the other, and from which kernel to which they are needed. */
interface Block {
  readonly regions: Region[];
  size: number;
  first: number;
  last: number;
}

/**
 * Gives temporary memory its addresses: what is needed at the same time shares nothing, and what is not needed any more is used
 * again. The result of a loop takes the place of an operand that the loop is the last to read, at the same index.
 *
 * @param kept Regions that are read after the last kernel.
 * @param from Where the memory starts.
 * @returns Where it ends.
 */
export function planMemory(kernels: readonly Kernel[], kept: ReadonlySet<Region>, from: number): number {
  const blocks = new Map<Region, Block>();
  kernels.forEach((kernel, at) => {
    const used = [...kernel.writes, ...kernel.reads].filter(({ address }) => address < 0);
    for (const region of used) {
      const block = blocks.get(region);
      if (block) block.last = at;
      else blocks.set(region, { regions: [region], size: sizeOf(region), first: at, last: at });
    }
  });
  for (const region of kept) {
    const block = blocks.get(region);
    if (block) block.last = kernels.length;
  }
  kernels.forEach((kernel, at) => {
    for (const operand of kernel.inPlace) {
      const old = blocks.get(operand);
      if (!old || old.last !== at || old.first === at) continue;
      const result = kernel.writes.find((region) => {
        const block = blocks.get(region);
        return (
          block &&
          block !== old &&
          block.first === at &&
          block.regions.length === 1 &&
          block.size === old.size
        );
      });
      const block = result && blocks.get(result);
      if (!block) continue;
      old.regions.push(...block.regions);
      old.last = block.last;
      for (const region of block.regions) blocks.set(region, old);
    }
  });
  let end = from;
  const placed: { block: Block; address: number }[] = [];
  const order = [...new Set(blocks.values())].sort((a, b) => b.size - a.size || a.first - b.first);
  for (const block of order) {
    const rivals = placed
      .filter((other) => other.block.first <= block.last && block.first <= other.block.last)
      .sort((a, b) => a.address - b.address);
    let address = from;
    for (const rival of rivals) {
      if (address + block.size <= rival.address) break;
      address = Math.max(address, rival.address + rival.block.size);
    }
    for (const region of block.regions) region.address = address;
    placed.push({ block, address });
    end = Math.max(end, address + block.size);
  }
  return end;
}
