/** An element of parsed markup. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
}

const empty = new Set(['meta', 'wbr', '!doctype']);
const raw = new Set(['style', 'script']);
const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x9': '\t',
  '#xA': '\n',
};

/** Parses XML and tidy HTML; throws for whatever a browser would have to guess at. */
export function parseMarkup(source: string): Element {
  const root: Element = { tag: '', attributes: {}, children: [] };
  const stack = [root];
  const token = /<(\/?)([!A-Za-z][\w:-]*)((?:\s+[\w:.-]+(?:="[^"<>]*")?)*)\s*(\/?)>|([^<]+)/gy;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (match === null) throw new Error(`no markup at ${at}: ${source.slice(at, at + 80)}`);
    const [, close, name, attributeText, selfClosing, text] = match;
    const parent = stack[stack.length - 1]!;
    if (text !== undefined) {
      parent.children.push(decode(text));
    } else if (close) {
      if (parent.tag !== name) throw new Error(`</${name}> closes <${parent.tag}> at ${at}`);
      stack.pop();
    } else {
      const attributes: Record<string, string> = {};
      for (const [, key, value] of attributeText!.matchAll(/([\w:.-]+)(?:="([^"]*)")?/g)) {
        if (key! in attributes) throw new Error(`${key} twice at ${at}`);
        attributes[key!] = decode(value ?? '');
      }
      const element: Element = { tag: name!, attributes, children: [] };
      parent.children.push(element);
      if (raw.has(name!)) {
        const end = source.indexOf(`</${name}>`, token.lastIndex);
        element.children.push(source.slice(token.lastIndex, end));
        token.lastIndex = end + `</${name}>`.length;
      } else if (!selfClosing && !empty.has(name!)) stack.push(element);
    }
  }
  if (stack.length !== 1) throw new Error(`<${stack.at(-1)!.tag}> is not closed`);
  return root;
}

function decode(text: string): string {
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text))
    throw new Error(`character that XML forbids in ${text}`);
  return text.replace(/&([^;&\s]*;?)/g, (whole, name: string) => {
    const value = name.endsWith(';') ? entities[name.slice(0, -1)] : undefined;
    if (value === undefined) throw new Error(`bare & in ${whole}`);
    return value;
  });
}

/** All elements within, outermost first. */
export function elements(within: Element): Element[] {
  return within.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...elements(child)]));
}

/** All text within. */
export function textOf(node: Element | string): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join('');
}

/** Numbers in an attribute, e.g. of a path or a translation. */
export function numbersIn(text: string | undefined): number[] {
  return (text?.match(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g) ?? []).map(Number);
}
