const SMALLEST = 4096;
/** Sizes between two powers of two: at most an eighth of a block is waste. */
const STEPS = 8;

/** The size class for `bytes`, in bytes: the next of eight steps between powers of two, at least 4096. */
export function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const step = stepAt(bytes);
  return Math.ceil(bytes / step) * step;
}

/** The number of a size that {@link sizeClass} gave: 0 for the smallest, then one more for each larger one. */
export function classNumber(size: number): number {
  const step = stepAt(size);
  return STEPS * Math.log2((step * STEPS) / SMALLEST) + size / step - STEPS;
}

/** The size in bytes of the class with this number. */
export function classSize(number: number): number {
  const steps = STEPS + (number % STEPS);
  return ((SMALLEST * steps) / STEPS) * 2 ** Math.floor(number / STEPS);
}

/** The distance of the classes around `bytes`. */
function stepAt(bytes: number): number {
  return 2 ** Math.floor(Math.log2(bytes)) / STEPS;
}
