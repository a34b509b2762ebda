/** A table for the screen: text columns stand left, columns of figures right. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** One array of cells per row, in the order of `columns`; `null` draws a rule. */
  readonly rows: readonly (readonly string[] | null)[];
  /** Lines printed under the table, for what a reader must know to judge it. */
  readonly notes?: readonly string[];
}

const figure = /^[-+<>≥≤]?\s?[\d.,]+(\s?(×|%|µs|ms|s|B|kB|MB|GB))?$/;

/** Draws `table` with columns as wide as their widest cell. */
export function renderTable(table: Table): string {
  const cells = table.rows.filter((row) => row !== null);
  const widths = table.columns.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => (row[column] ?? '').length)),
  );
  const right = table.columns.map((_, column) => cells.some((row) => figure.test(row[column] ?? '')));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [
    table.title,
    line(table.columns),
    rule,
    ...table.rows.map((row) => (row === null ? rule : line(row))),
    ...(table.notes ?? []).map((note) => `  ${note}`),
  ].join('\n');
}

/** `value` with three significant digits, at most three decimals; whole numbers as they are; a dash for NaN. */
export function digits(value: number): string {
  if (Number.isNaN(value)) return '-';
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  if (Math.abs(value) < 0.1) return value.toFixed(3);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}

/** A ratio as the tables show it, such as `1.87×`; a dash for NaN. */
export function times(ratio: number, decimals = 2): string {
  if (Number.isNaN(ratio)) return '-';
  return `${ratio.toFixed(ratio < 100 ? decimals : 0)}×`;
}
