const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A number with a fixed count of decimals, thousands apart. */
export function decimal(value: number, digits = 0): string {
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return text.replace('-', '−');
}

/** A share from 0 to 1 as a percentage. */
export function percent(share: number): string {
  return `${decimal(share * 100, 1)} %`;
}

/** Bytes in MB of a million. */
export function megabytes(bytes: number): string {
  return `${decimal(bytes / 1e6, 1)} MB`;
}

/** A bar of up to `width` characters for a share from 0 to 1, to an eighth of a character. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/**
 * Rows of text in columns as wide as they need. The first column stands to the left, the others to the right; a column
 * whose head is empty stands to the left, too.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || head[column] === '' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('   ')
      .trimEnd();
  return [line(head), ...rows.map(line)].map((text) => `  ${text}`).join('\n');
}
