"""The style of the page that an audit pack opens with, on screen and on paper."""

from typing import Final

STYLE: Final = """
:root { color-scheme: light; }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1.5rem; color: #222; background: #fff;
  font: 16px/1.5 system-ui, "Liberation Sans", "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; break-after: avoid; }
p { margin: .2rem 0 .6rem; }
h2 + p { break-after: avoid; }
dl { display: flex; flex-wrap: wrap; gap: .4rem 2.2rem; margin: 0 0 1rem; }
dt { color: #5b6570; font-size: .8rem; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.state { border-left: .35rem solid; padding: .6rem 1rem; }
.state ul { margin: .3rem 0 0; padding-left: 1.2rem; }
.provisional { background: #fff4dc; border-color: #b26a00; }
.final { background: #e6f3ea; border-color: #1e7a3c; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-bottom: 1px solid #dde1e5; overflow-wrap: anywhere; }
thead th { color: #5b6570; font-size: .8rem; font-weight: 600; }
tbody th { font-weight: 400; }
.amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;
  padding-right: 1.6rem; }
.loss { color: #a4262c; }
.totals { width: auto; }
.totals td:last-child { color: #5b6570; }
.files td:first-child { width: 30%; }
figure { margin: 1.8rem 0; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
figure svg { max-width: 100%; height: auto; overflow: visible; }
a { color: #0b5cad; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } a { color: inherit; } }
"""
