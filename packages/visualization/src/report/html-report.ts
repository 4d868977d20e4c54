import { checkOptions, option, readOptions, type OptionChecker } from '@espalier/core';
import { titleOf, type Chart } from '../drawing/chart.js';
import { checkText, list, text } from '../drawing/check-chart.js';
import { linesOf } from './report-lines.js';
import { reportScript, reportScriptHash } from './report-script.js';
import { reportStyle } from './report-style.js';
import { tableHtml, type ReportTable } from './report-table.js';
import { escapeHtml } from '../drawing/text.js';
import { toSvg } from '../drawing/to-svg.js';

/** A part of a report, with its own entry in the contents. */
export interface ReportSection {
  /** Heading. A text of this wording in the first column of the summary links here. */
  readonly title: string;
  /** Paragraphs, parted by empty lines. Shown as text: markup in it is escaped. */
  readonly text?: string;
  /** Shown side by side where the page is wide enough. Default none. */
  readonly charts?: readonly Chart[];
  /** Shown above the charts. */
  readonly table?: ReportTable;
  /** Shows the heading alone until it is opened, for the details of one run. Default false. */
  readonly collapsed?: boolean;
}

/** What {@link htmlReport} writes. */
export interface HtmlReportOptions {
  readonly title: string;
  /** One line below the title. */
  readonly subtitle?: string;
  /** What was found, a sentence each, with its uncertainty: see {@link finding}. Shown first. */
  readonly findings?: readonly string[];
  /** What made the report, by name: options, versions, engine, seed, fingerprint of the data, the command that repeats it. */
  readonly made?: Readonly<Record<string, string | number>>;
  /** The table that the report opens with. */
  readonly summary?: ReportTable;
  readonly sections: readonly ReportSection[];
}

/**
 * A report as one HTML file that needs nothing else: nothing from elsewhere, which its content security policy also forbids.
 * It has contents that stay in view, follows the reader's light or dark setting, and fits phones and paper. One script, the only one
 * that the policy lets run, sorts tables, compares two rows of the summary, and lets charts of lines be read, zoomed and thinned
 * out, with a pointer or the keyboard (arrows, `+`, Escape); without it the page is as complete.
 *
 * Every text is escaped, and the same input gives the same bytes.
 *
 * @returns the text of the file; {@link writeReport} writes it
 * @throws EspalierError `invalid-option` for wrong options, `invalid-data` for rows that do not fit their columns or
 * charts that cannot be drawn
 * @example
 * ```ts
 * import { htmlReport, learningCurves } from '@espalier/visualization';
 *
 * const epochs = [{ epoch: 0, loss: 0.9 }, { epoch: 1, loss: 0.5 }];
 * const html = await htmlReport({
 *   title: 'Baseline',
 *   summary: { columns: ['run', { label: 'loss', digits: 3 }], rows: [['baseline', 0.5]] },
 *   sections: [{ title: 'Learning curves', charts: learningCurves({ epochs }) }],
 * });
 * console.log(html.startsWith('<!doctype html>')); // true
 * ```
 */
export async function htmlReport(options: HtmlReportOptions): Promise<string> {
  const check = checkOptions('html-report');
  const { title, subtitle, findings, made, summary, sections } = readOptions('html-report', options, {
    title: option.text(),
    subtitle: text(),
    findings: option.custom<readonly string[], { readonly default: readonly string[] }>({
      default: [],
      expected: 'an array of sentences',
      accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
    }),
    made: option.custom<
      Readonly<Record<string, string | number>>,
      { readonly default: Readonly<Record<string, string | number>> }
    >({
      default: {},
      expected: 'an object of texts and numbers',
      accepts: (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((one) => ['string', 'number'].includes(typeof one)),
    }),
    summary: option.custom<ReportTable, { readonly optional: true }>({
      optional: true,
      expected: '{ columns, rows }',
      accepts: (value) => typeof value === 'object' && value !== null,
      toJson: () => null,
    }),
    sections: list<ReportSection>('an array of { title }'),
  }).values;
  sections.forEach((section, index) => checkSection(check, index, section));

  const links = new Map(sections.map((section, index) => [section.title, `section-${index + 1}`]));
  const contents: string[] = [];
  const parts: string[] = [];
  if (summary !== undefined) {
    contents.push('<li><a href="#summary">Summary</a></li>');
    parts.push(
      `<section id="summary">\n<h2>Summary</h2>\n${tableHtml(check, 'summary', summary, 'Summary', links)}\n</section>`,
    );
  }
  for (const [index, section] of sections.entries()) {
    const id = `section-${index + 1}`;
    const heading = escapeHtml(section.title);
    contents.push(`<li><a href="#${id}">${heading}</a></li>`);
    const body = await sectionBody(check, section, index);
    const first = sections[index - 1]?.collapsed ? '' : ' class="first"';
    // The target lies inside, for a browser opens the details around the target of a link.
    parts.push(
      section.collapsed
        ? `<details${first}>\n<summary><h2>${heading}</h2></summary>\n<div id="${id}">\n${body}\n</div>\n</details>`
        : `<section id="${id}">\n<h2>${heading}</h2>\n${body}\n</section>`,
    );
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${reportScriptHash}'">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<div class="page">
<nav aria-label="Contents">
<p>Contents</p>
<ol>
${contents.join('\n')}
</ol>
</nav>
<main>
<header>
<h1>${escapeHtml(title)}</h1>
${subtitle === undefined ? '' : `<p class="subtitle">${escapeHtml(subtitle)}</p>\n`}${headHtml(findings, made)}</header>
${parts.join('\n')}
</main>
</div>
<script>${reportScript}</script>
</body>
</html>
`;
}

function headHtml(findings: readonly string[], made: Readonly<Record<string, string | number>>): string {
  const list = findings.map((text) => `<li>${escapeHtml(text)}</li>`).join('\n');
  const terms = Object.entries(made)
    .map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(value))}</dd></div>`)
    .join('\n');
  return (
    (list === '' ? '' : `<ul class="findings">\n${list}\n</ul>\n`) +
    (terms === '' ? '' : `<dl class="made">\n${terms}\n</dl>\n`)
  );
}

async function sectionBody(check: OptionChecker, section: ReportSection, index: number): Promise<string> {
  const parts = (section.text ?? '')
    .split(/\r?\n[ \t]*(?:\r?\n)+/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => `<p>${escapeHtml(paragraph.trim())}</p>`);
  if (section.table !== undefined)
    parts.push(tableHtml(check, `sections[${index}].table`, section.table, section.title));
  const figures: string[] = [];
  for (const [position, chart] of (section.charts ?? []).entries()) {
    figures.push(await figure(chart, `s${index + 1}-${position + 1}-`));
  }
  if (figures.length > 0) parts.push(`<div class="charts">\n${figures.join('\n')}\n</div>`);
  return parts.join('\n');
}

async function figure(chart: Chart, idPrefix: string): Promise<string> {
  const svg = await toSvg(chart, { idPrefix });
  const size = (side: string): number =>
    Number(new RegExp(`^<svg[^>]* ${side}="([\\d.]+)"`).exec(svg)?.[1] ?? 0);
  const width = size('width');
  const sizes = width > 660 ? ['wide', 'large'] : width > 400 ? ['large'] : [];
  const label = escapeHtml(typeof chart.description === 'string' ? chart.description : titleOf(chart));
  const photos = (chart as { usermeta?: { photographs?: boolean } }).usermeta?.photographs === true;
  const classes = [...sizes, ...(photos ? ['photos'] : [])];
  const named = classes.length > 0 ? ` class="${classes.join(' ')}"` : '';
  // One picture with one text: its marks are no parts of the page to a screen reader.
  const picture = svg
    .replace('<svg ', () => `<svg role="img" aria-label="${label}" `)
    .replace('<g ', '<g aria-hidden="true" ');
  const lines = linesOf(chart);
  const data = lines === undefined ? '' : ` data-lines="${escapeHtml(JSON.stringify(lines))}"`;
  // A chart that scrolls is reached by the keyboard.
  return `<figure${named}${data} tabindex="0" aria-label="${escapeHtml(titleOf(chart))}" style="--height:${size('height')}px">${picture}</figure>`;
}

function checkSection(check: OptionChecker, index: number, section: ReportSection): void {
  const name = `sections[${index}]`;
  check.text(`${name}.title`, section?.title);
  checkText(check, `${name}.text`, section.text);
  if (section.collapsed !== undefined) check.boolean(`${name}.collapsed`, section.collapsed);
  if (section.charts !== undefined && !Array.isArray(section.charts)) {
    check.fail(`${name}.charts`, 'an array of charts', section.charts);
  }
}
