/** Numbers of a large record, which is 8 MiB. */
export const numbers = 2 ** 20;

/** Writes all of a record. */
export function fillLarge(record: Float64Array, value: number): void {
  record.fill(value);
}

/** Reads all of a record. @throws when it is not what was written */
export function checkLarge(record: Float64Array, value: number): void {
  const sum = sumOf(record);
  if (sum !== value * numbers) throw new Error(`got a sum of ${sum}, expected ${value * numbers}`);
}

/** Eight sums side by side: a single one waits for itself, and reads at half the speed. */
function sumOf(record: Float64Array): number {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at < record.length; at += 8) {
    a += record[at] as number; // in range, as all of them
    b += record[at + 1] as number;
    c += record[at + 2] as number;
    d += record[at + 3] as number;
    e += record[at + 4] as number;
    f += record[at + 5] as number;
    g += record[at + 6] as number;
    h += record[at + 7] as number;
  }
  return a + b + c + d + e + f + g + h;
}
