import type { RunStore } from '@espalier/callbacks';

/** Bytes that differ by place, so that a part of them is not taken for the whole. */
const bytesOf = (length: number, first: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i * 31) % 256);

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a?.length === b.length && a.every((byte, i) => byte === b[i]);

/** What a store must do, whatever it keeps its entries in. The store is empty before and after. Returns what it does not do. */
export async function storeProblems(make: () => RunStore): Promise<string[]> {
  const store = make();
  const problems: string[] = [];
  const expectThat = (holds: boolean, what: string): void => {
    if (!holds) problems.push(what);
  };
  const refuses = async (what: string, call: () => Promise<unknown>): Promise<void> => {
    const error = await call().then(
      () => undefined,
      (thrown: { code?: string }) => thrown,
    );
    expectThat(error?.code === 'invalid-option', `refuses ${what}, got ${String(error)}`);
  };

  expectThat((await store.list()).length === 0, 'is empty at first');
  expectThat((await store.read('a')) === undefined, 'has nothing to read at first');
  await store.remove('a');

  const small = bytesOf(3, 1);
  const large = bytesOf(300_000, 2);
  await store.write('a', small);
  await store.write('b-1.safetensors', large);
  expectThat((await store.list()).toString() !== '', 'lists');
  expectThat([...(await store.list())].sort().join() === 'a,b-1.safetensors', 'lists both entries');
  expectThat(same(await store.read('a'), small), 'reads what it wrote');
  expectThat(same(await store.read('b-1.safetensors'), large), 'reads much of it');
  expectThat(same(await make().read('a'), small), 'another store of the same place reads it');

  await store.write('a', large.subarray(7, 11));
  expectThat(
    same(await store.read('a'), large.slice(7, 11)),
    'replaces the whole entry, and keeps of a view its part',
  );
  const read = (await store.read('a'))!;
  read.fill(0);
  expectThat(same(await store.read('a'), large.slice(7, 11)), 'gives bytes that are the reader’s own');
  const written = Uint8Array.of(5, 5);
  await store.write('a', written);
  written.fill(0);
  expectThat(same(await store.read('a'), Uint8Array.of(5, 5)), 'keeps bytes that are its own');

  await Promise.all([1, 2, 3, 4].map((value) => store.write('a', bytesOf(1000, value))));
  const last = await store.read('a');
  expectThat(
    [1, 2, 3, 4].some((value) => same(last, bytesOf(1000, value))),
    'writes at once leave one of them whole',
  );

  for (const name of ['', '..', '../a', 'a/b', 'a.tmp', 'a.crswap', '.a', 'a\0']) {
    await refuses(`the name ${JSON.stringify(name)}`, () => store.write(name, small));
    await refuses(`to read ${JSON.stringify(name)}`, () => store.read(name));
    await refuses(`to remove ${JSON.stringify(name)}`, () => store.remove(name));
  }
  await refuses('no bytes', () => store.write('a', new Uint8Array(0)));

  for (const entry of await store.list()) await store.remove(entry);
  expectThat((await store.list()).length === 0, 'is empty at the end');
  return problems;
}
