import { chartScript } from './report-script-chart.js';
import { tablesScript } from './report-script-tables.js';

/**
 * The script of the report: sorts tables, compares two runs of the summary, and on charts of lines shows values, hides lines and
 * zooms. The page is whole without it. One text that never changes, so that the content security policy can name its hash.
 */
export const reportScript = `
'use strict';
(() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const make = (tag, attributes, parent, text) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };
  const draw = (tag, attributes, parent, text) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };
  const minus = (text) => text.replace('-', '\\u2212');
  const show = (value, digits = 4) => {
    if (value === null) return 'no value';
    const size = Math.abs(value);
    const short = Number(value.toPrecision(digits));
    const isFar = size >= (digits > 6 ? 1e15 : 1e6) || size < 1e-4;
    return minus(size !== 0 && isFar ? short.toExponential() : String(short));
  };
  /* What a reader chose, which stays when a live page takes in new values and runs this script again. */
  const all = (window.espalierKept ??= {});
  const keep = (name) => (all[name] ??= {});
  /* For screen readers: what a key or a press did. */
  const said = document.querySelector('.said[role=status]') ?? make('p', { class: 'said', role: 'status' }, document.body);
  const say = (text) => void (said.textContent = text);
${tablesScript}${chartScript}
  for (const figure of document.querySelectorAll('figure[data-lines]')) {
    const chart = chartOf(figure);
    if (chart) charts.push(chart);
  }
  for (const table of document.querySelectorAll('#summary table')) comparable(table);
  document.querySelectorAll('table').forEach(sortable);
  document.documentElement.classList.add('live');
})();
`;

/** SHA-256 of {@link reportScript} in base64: what the content security policy lets run. */
export const reportScriptHash = '/Bo+PRuA+GMbA4t9pBAmRLG5gPOlB7VfgAuPVRV4pNQ=';
