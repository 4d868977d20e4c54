/** Advance widths of DejaVu Sans in hundredths of the font size, from space to `~`: wider than most fonts, so texts fit. */
const widths =
  '32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 53 100 68 69 70 77 63 58 77 75 29 29 66 56 86 75 79 60 79 69 63 61 73 68 99 69 61 69 39 34 39 84 50 50 61 63 55 63 62 35 63 63 28 28 58 28 97 63 61 63 63 41 52 39 63 59 82 59 59 52 64 34 64 84'
    .split(' ')
    .map((width) => Number(width) / 100);

const segmenter = /* @__PURE__ */ new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader takes for one letter each: nothing is cut inside of one. */
function letters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Width of a line of text in px: no browser is at hand where pictures are made, so it is reckoned. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const letter of letters(text)) {
    const code = letter.codePointAt(0)!;
    width += widths[code - 32] ?? (code < 0x1100 || (code >= 0x2000 && code < 0x2e80) ? 0.7 : 1.05);
  }
  return width * fontSize;
}

/** `text`, or its beginning and end around an ellipsis: names often differ at their ends. */
export function cutMiddle(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const parts = letters(text);
  let best = '\u2026';
  for (let kept = 1; kept < parts.length; kept++) {
    const head = Math.ceil(kept / 2);
    const cut = `${parts.slice(0, head).join('')}\u2026${parts.slice(parts.length - (kept - head)).join('')}`;
    if (textWidth(cut, fontSize) > width) break;
    best = cut;
  }
  return best;
}

/** Names cut to `width`, still different from each other. */
export function cutNames(names: readonly string[], width: number, fontSize: number): string[] {
  const used = new Set<string>();
  return names.map((name, index) => {
    let cut = cutMiddle(name, width, fontSize);
    if (used.has(cut)) {
      const tail = ` (${index + 1})`;
      cut = cutMiddle(name, width - textWidth(tail, fontSize), fontSize) + tail;
    }
    used.add(cut);
    return cut;
  });
}

/** Labels cut to `width` where they are longer; those that were cut still differ from each other, if they did. */
export function fitLabels(labels: readonly string[], width: number, fontSize: number): string[] {
  const long = [...new Set(labels.filter((label) => textWidth(label, fontSize) > width))];
  const cut = cutNames(long, width, fontSize);
  return labels.map((label) => cut[long.indexOf(label)] ?? label);
}

/** Lines of at most `width` px, broken between words, or inside a word that is longer than a line. */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  let line = '';
  const put = (piece: string): void => {
    const joined = line === '' ? piece : `${line} ${piece}`;
    if (textWidth(joined, fontSize) <= width) line = joined;
    else {
      if (line !== '') lines.push(line);
      line = piece;
    }
  };
  for (const word of text.split(' ')) {
    if (textWidth(word, fontSize) <= width) {
      put(word);
      continue;
    }
    let part = '';
    for (const letter of letters(word)) {
      if (part !== '' && textWidth(part + letter, fontSize) > width) {
        put(part);
        part = '';
      }
      part += letter;
    }
    if (part !== '') put(part);
  }
  return [...lines, line];
}
