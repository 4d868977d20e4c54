import { barLine, type Progress } from './progress-line.js';

/** A bar, as HTML: `<progress>` and the line of the terminal's bar without its letters for one. */
export function progressHtml(progress: Progress, remark = ''): string {
  const { step, steps } = progress;
  // Without a value it shows that something goes on.
  const share = Number.isFinite(steps) ? ` value="${step}" max="${steps}"` : '';
  const line = barLine(progress, Infinity).replace(/ [█░]+/, '');
  const text = remark === '' ? line : `${line}  ${remark}`;
  return `<div class="espalier-progress"><progress${share}></progress> <span style="white-space: pre-wrap">${escaped(text)}</span></div>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
