// The style sheet of index.html. Rows of tables are whole pixels high: the first column, which stays in place while the
// others scroll, would be drawn a pixel off otherwise, over the rules of its neighbours.
#pragma once

namespace tutti::reports {

inline constexpr char kStyleSheet[] = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --shade: #f6f8fa;
  --link: #0b62a8; --warn: #fff6e0; --warn-line: #d9a400; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171b; --ink: #e6e9ed; --soft: #a0a9b4; --line: #343b44; --shade: #1d2228; --link: #6cb6ff;
    --warn: #332a12; --warn-line: #b98c1a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI",
  Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
main { max-width: 1240px; margin: 0 auto; padding: 0 20px 64px; }
header { padding: 20px 0 4px; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 48px 0 12px; padding-top: 12px; border-top: 1px solid var(--line); font-size: 1.4rem; line-height: 1.3; }
header ~ h2:first-of-type { margin-top: 16px; padding-top: 8px; }
h3 { margin: 28px 0 8px; font-size: 1.05rem; }
p, li { max-width: 75ch; overflow-wrap: anywhere; }
a { color: var(--link); }
.subtitle, .files, figcaption, .notes { color: var(--soft); }
.subtitle { margin: 4px 0 0; }
nav { display: flex; flex-wrap: wrap; gap: 6px 16px; padding: 12px 0; font-size: .9rem; }
.warning { margin: 6px 0; padding: 4px 12px; font-size: .9rem; border-left: 4px solid var(--warn-line); background: var(--warn); }
.scroll { overflow-x: auto; margin: 12px 0 4px; }
table { border-collapse: separate; border-spacing: 0; font-size: 14px; line-height: 20px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 9px; text-align: left; vertical-align: baseline; }
th { font-weight: 600; vertical-align: bottom; }
thead th { border-top: 2px solid var(--ink); border-bottom: 1px solid var(--ink); }
tbody + tbody tr:first-child > * { border-top: 1px solid var(--line); }
tbody:last-of-type tr:last-child > * { border-bottom: 2px solid var(--ink); }
.number { text-align: right; white-space: nowrap; }
.group th { padding-top: 10px; font-style: italic; font-weight: 500; }
tbody tr:hover td { background: var(--shade); }
td:first-child, thead th:first-child { position: sticky; left: 0; background: var(--paper); }
tbody tr:hover td:first-child { background: var(--shade); }
.numbers td:first-child { white-space: nowrap; }
.name { display: inline-block; width: 28ch; max-width: 36vw; white-space: normal; overflow-wrap: anywhere;
  vertical-align: bottom; }
small { color: var(--soft); font-size: .85em; line-height: 1; }
sup { line-height: 0; }
.numbers td:last-child:not(.number) { min-width: 22ch; }
.words td { overflow-wrap: anywhere; }
.words td:first-child { overflow-wrap: break-word; min-width: 11ch; }
.many { font-size: 13px; }
.many th, .many td { padding: 4px 6px; }
.many small { display: block; line-height: 14px; }
u { text-underline-offset: 3px; }
.caption, .notes, .files { margin: 6px 0; font-size: .85rem; max-width: 90ch; }
.caption { color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 20px 24px;
  margin: 12px 0; }
.figures.single { display: block; }
.figures:not(.single) figure { max-width: 571px; }
figure { margin: 0; break-inside: avoid; }
figure .drawing { overflow-x: auto; }
figure svg { display: block; width: 100%; height: auto; font-family: inherit; }
figcaption { font-size: .85rem; margin-top: 4px; }
figure.strip { margin: 12px 0 20px; }
figure.strip img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); background: #ffffff; }
figure.strip figcaption { max-width: 90ch; }
details { margin: 6px 0 14px; font-size: .9rem; }
header ~ p:first-of-type { margin: 10px 0; font-size: 1.05rem; }
summary { cursor: pointer; color: var(--link); }
dt { margin-top: 10px; font-weight: 600; }
dd { margin: 0 0 0 1.2em; max-width: 80ch; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 270px), 1fr)); gap: 8px 24px;
  margin: 8px 0; font-size: .86rem; line-height: 1.4; }
.facts dt { margin: 0; color: var(--soft); font-weight: 400; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
dl.all dt:target, dl.all dt:target + dd { background: var(--warn); }
pre { padding: 10px; overflow-x: auto; background: var(--shade); font-size: .8rem; }
@media (max-width: 600px) {
  main { padding: 0 14px 48px; }
  body { font-size: 15px; }
  header { padding: 12px 0 0; }
  h1 { font-size: 1.5rem; }
  th, td { padding: 5px 8px; }
  .numbers td:first-child { white-space: normal; overflow-wrap: break-word; min-width: 11ch; }
  .drawing.wide svg { min-width: var(--paper-width); }
  figure.strip img { max-width: none; width: 760px; }
  .facts { grid-template-columns: 1fr 1fr; gap: 6px 14px; }
}
@media print {
  :root { --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --shade: #ffffff; --link: #000000;
    --warn: #ffffff; color-scheme: light; }
  @page { margin: 14mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  nav, .files, details:not(.fold) { display: none; }
  a { text-decoration: none; }
  .scroll, figure .drawing { overflow: visible; }
  table { font-size: 8pt; line-height: 1.4; }
  th, td { padding: 2px 6px; }
  .many { font-size: 6.3pt; }
  .many th, .many td { padding: 2px 3px; }
  td:first-child, thead th:first-child { position: static; }
  .facts { grid-template-columns: repeat(3, 1fr); font-size: 8pt; gap: 4px 12px; }
  .facts div, tr, figure { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .figures { grid-template-columns: 1fr 1fr; }
}
)";

}  // namespace tutti::reports
