import { alloc, node } from 'lazydag';

/** `column` times `factor`, then shifted by `shift` and wrapped into 0 up to `period`. */
export const rescale = node(
  (
    column: Float64Array,
    { factor = 1, shift = 0, period = Infinity }: { factor?: number; shift?: number; period?: number },
  ) => {
    const rescaled = alloc(Float64Array, column.length);
    for (const [index, value] of column.entries()) {
      const shifted = value * factor + shift;
      rescaled[index] = period === Infinity ? shifted : ((shifted % period) + period) % period;
    }
    return rescaled;
  },
  { name: 'rescale', style: { color: '#fdf0d5' } },
);
