'use client';
import { useEffect, useState } from 'react';
import { train } from './train.js';

export default function Page() {
  const [loss, setLoss] = useState();
  useEffect(() => {
    const wasmPaths = '/wasm/';
    globalThis.outcome ??= (async () => ({
      eager: await train('eager', { wasmPaths }),
      wasm: await train('wasm', { wasmPaths }),
    }))();
    globalThis.outcome.then(({ wasm }) => setLoss(wasm.losses.at(-1)));
  }, []);
  return <p>loss {loss}</p>;
}
