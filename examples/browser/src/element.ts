/** The element of the page with this id. */
export function element<T extends Element = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as unknown as T;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A new SVG element with attributes, and text where given. */
export function svg(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text?: string,
): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Calls `draw` where what `pick` takes from the state has changed. */
export function onChange<S, P extends readonly unknown[]>(
  pick: (state: S) => readonly [...P],
  draw: (...picked: P) => void,
) {
  let last: readonly [...P] | undefined;
  return (state: S): void => {
    const next = pick(state);
    if (last && next.every((value, i) => Object.is(value, last![i]))) return;
    last = next;
    draw(...(next as P));
  };
}
