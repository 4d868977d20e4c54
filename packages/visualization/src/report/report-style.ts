import { theme } from '../drawing/theme.js';

/**
 * The style sheet of the report. In the dark, the neutrals of inlined charts are repainted by matching their
 * attributes; the colours of data stay.
 */
export const reportStyle = `
:root{color-scheme:light dark;--paper:#fff;--wash:#f6f7f9;--ink:${theme.ink};--soft:${theme.softInk};--line:#dfe3e8;--grid:${theme.grid};--axis:${theme.axis};--accent:#0b66b0;--shade:rgba(31,35,40,.28)}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171b;--wash:#1b1f24;--ink:#e8ebef;--soft:#a3adb8;--line:#323941;--grid:#2b3138;--axis:#5a646f;--accent:#6cb6f2;--shade:rgba(232,235,239,.4)}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
a{color:var(--accent);text-underline-offset:.15em}
.page{display:grid;grid-template-columns:15rem minmax(0,1fr);max-width:90rem;margin:0 auto}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;padding:2.25rem 1rem 2rem 1.5rem;font-size:.875rem}
nav p{margin:0 0 .5rem;color:var(--soft);font-size:.75rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase}
nav ol{list-style:none;margin:0;padding:0;border-left:1px solid var(--line)}
nav a{display:block;padding:.25rem .75rem;color:var(--soft);text-decoration:none;overflow-wrap:anywhere}
nav a:hover,nav a:focus-visible{color:var(--ink);background:var(--wash)}
main{min-width:0;padding:2rem 2rem 5rem}
h1{margin:0;font-size:1.9rem;line-height:1.2;letter-spacing:-.015em;overflow-wrap:anywhere;text-wrap:balance}
h2{margin:0;font-size:1.25rem;line-height:1.3;overflow-wrap:anywhere}
.subtitle{margin:.5rem 0 0;color:var(--soft);max-width:70ch;overflow-wrap:anywhere}
section{margin-top:2.5rem}
section>p,details p{max-width:70ch;margin:.6rem 0;overflow-wrap:anywhere}
.table{overflow-x:auto;margin:1rem 0;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums lining-nums}
th,td{padding:.5rem .85rem;text-align:left;white-space:nowrap;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
tbody tr:hover>*{background:var(--wash)}
thead th{color:var(--soft);font-weight:600;font-size:.8rem;background:var(--wash)}
caption{caption-side:bottom;color:var(--soft);font-size:.8rem;text-align:left}
caption>:not(.said){display:block;padding:.35rem .85rem;border-top:1px solid var(--line)}
td>b::before,th>b::before{content:"\u2605 ";content:"\u2605 " / "best "}
tbody th{font-weight:500;position:sticky;left:0;background:var(--paper)}
tfoot th{min-width:8rem;white-space:normal;overflow-wrap:anywhere}
.n{text-align:right}
.long{white-space:normal;min-width:18rem;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1rem;margin-top:1rem}
figure{margin:0;padding:.5rem;border:1px solid var(--line);border-radius:8px;overflow-x:auto}
figure.wide{grid-column:1/-1}
figure>svg{display:block;margin:0 auto;max-width:100%;height:auto}
figure.large>svg{min-width:25rem}
figure.wide>svg{min-width:34rem}
figure,.table{background:linear-gradient(90deg,var(--paper) 60%,transparent) 0 0/3rem 100% no-repeat local,linear-gradient(-90deg,var(--paper) 60%,transparent) 100% 0/3rem 100% no-repeat local,linear-gradient(90deg,var(--shade),transparent) 0 0/.9rem 100% no-repeat scroll,linear-gradient(-90deg,var(--shade),transparent) 100% 0/.9rem 100% no-repeat scroll}
figure svg>rect[fill="${theme.paper}"]:first-child{fill:none}
.findings{max-width:70ch;margin:1rem 0 0;padding-left:1.2rem;font-size:1.05rem}
.made{display:flex;flex-wrap:wrap;gap:.35rem 1.5rem;margin:1rem 0 0;color:var(--soft);font-size:.85rem}
.made div{min-width:0}
.made dt{display:inline;font-weight:600}
.made dt::after{content:": "}
.made dd{display:inline;margin:0;overflow-wrap:anywhere}
figure svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
details{margin-top:.75rem;border:1px solid var(--line);border-radius:8px}
details+section{margin-top:2.5rem}
summary{padding:.75rem 1rem;cursor:pointer;border-radius:8px}
summary:hover{background:var(--wash)}
summary h2{display:inline;font-size:1.05rem}
details>div{padding:0 1rem 1rem;scroll-margin-top:4rem}
details.first{margin-top:2.5rem}
figure{position:relative}
button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
.sort{font-weight:inherit}
.sort:hover{color:var(--ink)}
[aria-sort=ascending] .sort::before{content:"\u2191 " / ""}
[aria-sort=descending] .sort::before{content:"\u2193 " / ""}
.choose{margin-right:.5rem}
tfoot>tr>*{border-top:1px solid var(--line);border-bottom:0;background:var(--wash);font-weight:600}
.lines{display:flex;flex-wrap:wrap;gap:.25rem;padding:.25rem .5rem 0;font-size:.75rem;color:var(--soft)}
.lines button{display:inline-flex;align-items:center;gap:.35rem;padding:.2rem .5rem;border:1px solid var(--line);border-radius:999px}
.lines button[hidden],.tip[hidden]{display:none}
.lines button[aria-pressed=false]{border-style:dashed;text-decoration:line-through}
.lines button[aria-pressed=false] svg{opacity:.35}
.said{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.tip{position:absolute;top:.5rem;right:.5rem;display:grid;gap:.1rem;max-width:calc(100% - 1rem);padding:.4rem .6rem;border:1px solid var(--line);border-radius:6px;background:var(--paper);font-size:.75rem;pointer-events:none;font-variant-numeric:tabular-nums}
.tip.left{right:auto;left:3.75rem}
.tip i{display:inline-block;width:.6rem;height:.6rem;margin-right:.35rem;border-radius:50%}
.live figure[data-lines] svg{touch-action:pan-y;user-select:none}
@media screen and (prefers-color-scheme:dark){
figure:not(.photos) svg image,figure svg path[fill^="rgb("],figure svg .role-legend-gradient>*,figure svg [fill="${theme.darkCellInk}"],figure svg [fill="${theme.lightCellInk}"]{filter:invert(1) hue-rotate(180deg)}
figure svg>rect[fill="${theme.paper}"]:first-child{fill:none}
figure svg [fill="${theme.ink}"]{fill:var(--ink)}
figure svg [fill="${theme.softInk}"]{fill:var(--soft)}
figure svg [stroke="${theme.ink}"]{stroke:var(--ink)}
figure svg text[stroke="${theme.paper}"]{stroke:var(--paper);fill:var(--paper)}
figure svg [stroke="${theme.grid}"]{stroke:var(--grid)}
figure svg [stroke="${theme.axis}"]{stroke:var(--axis)}
}
@media (max-width:56rem){
html{scroll-padding-top:3.5rem}
.page{display:block}
nav{z-index:2;display:flex;gap:.25rem;padding:0;overflow-x:auto;background:var(--paper);border-bottom:1px solid var(--line)}
nav p{display:none}
nav ol{display:flex;border:0;padding:0 .5rem}
nav a{padding:.75rem .6rem;white-space:nowrap}
main{padding:1.25rem 1rem 4rem}
tbody th{min-width:8rem;max-width:42vw;white-space:normal;overflow-wrap:anywhere}
h1{font-size:1.5rem}
}
@page{margin:14mm 12mm}
@media print{
:root{font-size:12px;color-scheme:light}
.page{display:block;max-width:none}
main{padding:0}
nav,.lines,.tip,.choose,.said{display:none}
section,details,details+section,details.first{margin-top:1.25rem}
h1,h2,summary,.subtitle,section>p{break-after:avoid}
summary{list-style:none;padding:.5rem .75rem}
summary::-webkit-details-marker{display:none}
details::details-content{content-visibility:visible;display:block}
details>div{padding:0 .75rem .5rem}
p{orphans:3;widows:3}
.table{overflow:visible;break-inside:auto}
table{font-size:min(.9rem,calc(92vw / var(--columns) / 5.2))}
th,td{padding:.3em .5em;background:none}
td:not(.n),th{white-space:normal;overflow-wrap:break-word;min-width:0}
thead th{font-size:.9em}
.long{overflow-wrap:anywhere}
tbody th{position:static;max-width:none}
thead{break-inside:avoid;break-after:avoid}
tr:first-child{break-after:avoid}
.charts{grid-template-columns:1fr 1fr;gap:.5rem}
figure,.table{background:none}
figure{overflow:visible;padding:.2rem}
figure,tr{break-inside:avoid}
figure>svg,figure.large>svg,figure.wide>svg{width:auto;min-width:0;max-height:min(23cm,max(8.2cm,calc(var(--height) * .62)))}
}
`;
