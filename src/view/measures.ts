import type { GraphNodeAttributes } from '../graph/graph-attributes.js';

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Three significant digits, without zeros behind the point. */
function short(count: number): string {
  return Number(count.toPrecision(3)).toString();
}

/** Milliseconds as people say them: `385 µs`, `12.3 ms`, `1.02 s`, `2 min 5 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 0.9995) return `${short(milliseconds * 1000)} µs`;
  if (milliseconds < 999.5) return `${short(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${short(milliseconds / 1000)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60).toString()} min ${(seconds % 60).toString()} s`;
}

/** Bytes in decimal units: `512 B`, `80 MB`. */
export function bytesText(bytes: number): string {
  let unit = 0;
  let count = bytes;
  while (count >= 999.5 && unit < BYTE_UNITS.length - 1) {
    count /= 1000;
    unit += 1;
  }
  return `${short(count)} ${BYTE_UNITS[unit] ?? ''}`;
}

/** What a run measured, such as `12.3 ms · 80 MB · worker 2`; empty when nothing was. */
export function measuresText({ duration, bytes = 0, worker = 0 }: GraphNodeAttributes): string {
  const texts: string[] = [];
  if (duration !== undefined) texts.push(durationText(duration));
  if (bytes > 0) texts.push(bytesText(bytes));
  if (worker > 0) texts.push(`worker ${worker.toString()}`);
  return texts.join(' · ');
}
