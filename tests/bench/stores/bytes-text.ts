const UNITS = ['bytes', 'KiB', 'MiB', 'GiB'];

/** Bytes in the largest unit that fits. */
export function bytesText(bytes: number): string {
  const unit = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  return `${Math.round(bytes / 2 ** (10 * unit))} ${UNITS[unit] ?? ''}`;
}
