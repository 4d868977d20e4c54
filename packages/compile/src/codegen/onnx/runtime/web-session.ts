import type { Fetches, RuntimeSession, RuntimeTensor } from './runtime-types.js';

/** The end of the queue: onnxruntime-web refuses a run while another session is running. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Makes a session of onnxruntime-web behave as one of onnxruntime-node: runs that overlap wait for each other, and
 * outputs are written to the tensors that are given for them, which onnxruntime-web leaves as they are.
 */
export function onePlace(session: RuntimeSession): RuntimeSession {
  const run = async (
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: Fetches,
  ): Promise<Record<string, RuntimeTensor>> => {
    const wanted = Object.fromEntries(Object.keys(fetches).map((name) => [name, null]));
    const results = { ...(await session.run(feeds, wanted)) };
    for (const [name, given] of Object.entries(fetches)) {
      if (!given) continue;
      (given.data as Float32Array).set(results[name]!.data as Float32Array);
      results[name] = given;
    }
    return results;
  };
  return {
    run(feeds, fetches) {
      const result = last.then(() => run(feeds, fetches));
      last = result.catch(() => undefined);
      return result;
    },
    release() {
      const result = last.then(() => session.release());
      last = result.catch(() => undefined);
      return result;
    },
    endProfiling: () => session.endProfiling?.(),
  };
}
