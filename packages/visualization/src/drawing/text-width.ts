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

/** `text` with the letters from `start` to `end`, which tell it from others, and as much of both ends as fits besides. */
function cutAround(text: string, start: number, end: number, width: number, fontSize: number): string {
  const parts = letters(text);
  const piece = (from: number, to: number): string => parts.slice(from, to).join('');
  const join = (head: number, tail: number): string =>
    piece(0, head) +
    (head < start ? '\u2026' : '') +
    piece(start, end) +
    (tail < parts.length - end ? '\u2026' : '') +
    piece(parts.length - tail, parts.length);
  let best = join(0, 0);
  if (textWidth(best, fontSize) > width) {
    const room = width - textWidth('\u2026\u2026', fontSize);
    return `\u2026${cutMiddle(piece(start, end), room, fontSize)}\u2026`;
  }
  for (let [head, tail] = [0, 0]; head < start || tail < parts.length - end;) {
    if (head < start && (head <= tail || tail >= parts.length - end)) head++;
    else tail++;
    const cut = join(head, tail);
    if (textWidth(cut, fontSize) > width) break;
    best = cut;
  }
  return best;
}

/** How many letters from the first, or from the last backwards, all names share, at most `most`. */
function shared(names: readonly (readonly string[])[], most: number, fromEnd = false): number {
  const at = (name: readonly string[], i: number): string | undefined => name.at(fromEnd ? -1 - i : i);
  let count = 0;
  while (count < most && names.every((name) => at(name, count) === at(names[0]!, count))) count++;
  return count;
}

/** Names cut to `width`, still different from each other: in their middle, or around what tells those apart that would be alike. */
export function cutNames(names: readonly string[], width: number, fontSize: number): string[] {
  const cut = names.map((name) => cutMiddle(name, width, fontSize));
  for (const text of new Set(cut)) {
    const alike = [...new Set(names.filter((_, i) => cut[i] === text))];
    if (alike.length < 2) continue;
    const split = alike.map(letters);
    const shortest = Math.min(...split.map(({ length }) => length));
    const start = shared(split, shortest);
    const end = shared(split, shortest - start, true);
    names.forEach((name, i) => {
      const place = alike.indexOf(name);
      if (place >= 0) cut[i] = cutAround(name, start, split[place]!.length - end, width, fontSize);
    });
  }
  const used = new Set<string>();
  return cut.map((text, index) => {
    const tail = ` (${index + 1})`;
    const own = used.has(text)
      ? cutMiddle(names[index]!, width - textWidth(tail, fontSize), fontSize) + tail
      : text;
    used.add(own);
    return own;
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
