import { element, onChange } from '../element.js';
import { classify, type Network } from '../network.js';
import type { State, Store } from '../state.js';

/** What the network takes the drawing for: a bar for each digit, and a sentence. */
export function showVerdict(store: Store): void {
  const seen = element<HTMLCanvasElement>('seen').getContext('2d')!;
  const guess = element('guess');
  const rows = Array.from({ length: 10 }, (_, digit) => row(digit));
  element('bars').append(...rows.map(({ item }) => item));

  const draw = (pixels: Uint8Array | undefined, network: Network | undefined): void => {
    const image = seen.createImageData(28, 28);
    for (let i = 0; i < 784; i++)
      image.data.set([pixels?.[i] ?? 0, pixels?.[i] ?? 0, pixels?.[i] ?? 0, 255], 4 * i);
    seen.putImageData(image, 0, 0);

    const shares = pixels && network ? classify(network, pixels) : undefined;
    const best = shares ? shares.indexOf(Math.max(...shares)) : -1;
    rows.forEach(({ item, bar, value }, digit) => {
      const share = shares?.[digit] ?? 0;
      item.classList.toggle('best', digit === best);
      bar.style.setProperty('--share', share.toFixed(4));
      value.textContent = shares ? `${Math.round(100 * share)} %` : '';
    });
    guess.textContent = sentence(pixels, network, best);
  };
  store.show(onChange(({ pixels, network }: State) => [pixels, network] as const, draw));
}

function sentence(pixels: unknown, network: unknown, best: number): string {
  if (!pixels) return 'Draw a digit from 0 to 9.';
  return network ? `I think it is a ${best}.` : 'Train the network first, then it will tell.';
}

function row(digit: number): { item: HTMLLIElement; bar: HTMLElement; value: HTMLElement } {
  const item = document.createElement('li');
  const [name, bar, value] = ['digit', 'bar', 'value'].map((kind) => {
    const part = document.createElement('span');
    part.className = kind;
    return part;
  }) as [HTMLElement, HTMLElement, HTMLElement];
  name.textContent = String(digit);
  item.append(name, bar, value);
  return { item, bar, value };
}
