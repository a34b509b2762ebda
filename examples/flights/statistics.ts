import { alloc, lazy, node } from 'lazydag';

/** What describes a column as a whole. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Of the sample: the sum of squares is divided by `count - 1`. */
  readonly deviation: number;
  readonly smallest: number;
  readonly largest: number;
}

/** Position of the first element of an ascending column that is at least (`orEqual`) or above `value`. */
function firstFrom(sorted: Float64Array, value: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle] ?? Number.NaN;
    if (orEqual ? at < value : at <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function meanOf(column: Float64Array): number {
  let sum = 0;
  for (const value of column) sum += value;
  return sum / column.length;
}

/** Statistics of whole columns. */
class Statistics {
  @node()
  static summary(column: Float64Array): Summary {
    const mean = meanOf(column);
    let squares = 0;
    let smallest = Infinity;
    let largest = -Infinity;
    for (const value of column) {
      squares += (value - mean) ** 2;
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
    return { count: column.length, mean, deviation: Math.sqrt(squares / (column.length - 1)), smallest, largest };
  }

  /** In ascending order. */
  @node()
  static sort(column: Float64Array): Float64Array {
    const sorted = alloc(Float64Array, column.length);
    sorted.set(column);
    return sorted.sort();
  }

  /** Between two elements, the value in proportion (type 7 of Hyndman and Fan). */
  @node()
  static quantiles(sorted: Float64Array, fractions: readonly number[]): number[] {
    return fractions.map((fraction) => {
      const position = fraction * (sorted.length - 1);
      const below = sorted[Math.floor(position)] ?? Number.NaN;
      const above = sorted[Math.ceil(position)] ?? Number.NaN;
      return below + (above - below) * (position % 1);
    });
  }

  /** How many elements lie below the first edge, from each edge to the next, and from the last edge on. */
  @node()
  static histogram(sorted: Float64Array, edges: readonly number[]): number[] {
    const starts = [0, ...edges.map((edge) => firstFrom(sorted, edge, true)), sorted.length];
    return starts.slice(1).map((end, index) => end - (starts[index] ?? 0));
  }

  /** The rank of each element from 1; equal elements share the mean of their ranks. */
  @node()
  static ranks(column: Float64Array, sorted: Float64Array): Float64Array {
    const ranks = alloc(Float64Array, column.length);
    for (const [index, value] of column.entries()) {
      ranks[index] = (firstFrom(sorted, value, true) + firstFrom(sorted, value, false) + 1) / 2;
    }
    return ranks;
  }

  /** Pearson's coefficient; of ranks it is Spearman's. */
  @node()
  static correlation(x: Float64Array, y: Float64Array): number {
    const meanX = meanOf(x);
    const meanY = meanOf(y);
    let together = 0;
    let squaresX = 0;
    let squaresY = 0;
    for (const [index, value] of x.entries()) {
      const dx = value - meanX;
      const dy = (y[index] ?? Number.NaN) - meanY;
      together += dx * dy;
      squaresX += dx * dx;
      squaresY += dy * dy;
    }
    return together / Math.sqrt(squaresX * squaresY);
  }
}

export const { summary, sort, quantiles, histogram, ranks, correlation } = lazy(Statistics);
