// Draws the largest trace of a collector's file (tests/rig/collector.ts): `bun scripts/trace-picture.ts FILE > docs/tracing.svg`.

import { type Collected, readSpans, spansInOrder } from '../tests/rig/collector.ts';

const [rowPx, namesPx, barsPx, padPx] = [17, 320, 560, 12];

const colours: [test: (span: Collected) => boolean, colour: string, meaning: string][] = [
  [({ kind }) => kind === 2 || kind === 5, '#5b6ee1', 'request'],
  [({ attributes }) => attributes['db.system.name'] === 'postgresql', '#2f855a', 'PostgreSQL'],
  [({ attributes }) => attributes['db.system.name'] === 'redis', '#c05621', 'Redis'],
  [({ attributes }) => 'url.template' in attributes, '#805ad5', 'Stripe'],
  [() => true, '#8a94a6', 'domain'],
];

const colourOf = (span: Collected) => colours.find(([test]) => test(span))![1];

/** Returns a trace as an SVG: a row per span, its name on the left and its time on the right. */
export function pictureOf(spans: Collected[], traceId: string): string {
  const rows = spansInOrder(spans, traceId);
  const beginMs = Math.min(...rows.map(({ span }) => span.startMs));
  const scale = barsPx / Math.max(0.001, Math.max(...rows.map(({ span }) => span.endMs)) - beginMs);
  const width = padPx * 2 + namesPx + barsPx + 60;
  const height = padPx * 2 + (rows.length + 2) * rowPx;
  const lines = rows.map(({ span, depth }, i) => {
    const y = padPx + i * rowPx;
    const x = padPx + namesPx + (span.startMs - beginMs) * scale;
    const wide = Math.max(1, (span.endMs - span.startMs) * scale);
    const ms = `${(span.endMs - span.startMs).toFixed(1)} ms`;
    return [
      `<text x="${padPx + depth * 14}" y="${y + 12}">${escaped(span.name)}</text>`,
      `<rect x="${x.toFixed(1)}" y="${y + 3}" width="${wide.toFixed(1)}" height="${rowPx - 6}" fill="${colourOf(span)}"/>`,
      `<text class="ms" x="${(x + wide + 4).toFixed(1)}" y="${y + 12}">${ms}</text>`,
    ].join('');
  });
  const legend = colours.map(([, colour, meaning], i) => {
    const [x, y] = [padPx + i * 110, height - padPx - 11];
    return `<rect x="${x}" y="${y}" width="11" height="11" fill="${colour}"/><text x="${x + 16}" y="${y + 10}">${meaning}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    '<title>A trace, a row for each of its spans</title>',
    '<style>text{font:12px ui-monospace,monospace;fill:#1f2933}.ms{fill:#66788a;font-size:10px}</style>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...lines,
    ...legend,
    '</svg>\n',
  ].join('\n');
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

if (import.meta.main) {
  const spans = readSpans(process.argv[2] ?? '');
  const counts = Map.groupBy(spans, ({ traceId }) => traceId);
  const [largest] = [...counts].sort(([, a], [, b]) => b.length - a.length);
  if (!largest) throw new Error('name a file that a collector has written');
  process.stdout.write(pictureOf(spans, largest[0]));
}
