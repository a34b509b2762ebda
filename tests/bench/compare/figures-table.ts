import type { Table } from '../report/table.js';
import { digits, times } from '../report/table.js';
import { shapes } from '../shapes/index.js';
import type { ShapeName } from '../shapes/shape.js';
import type { Figure } from './figure.js';

/** The figures of one shape, a block of rows per size. */
export function figuresTable(shape: ShapeName, figures: readonly Figure[], apart: boolean): Table {
  const { unit } = shapes[shape];
  const sizes = [...new Set(figures.map((figure) => figure.size))];
  const rows = sizes.flatMap((size, block) => [
    ...(block > 0 ? [null] : []),
    ...figures.filter((figure) => figure.size === size).map(row),
  ]);
  return {
    title: `${shape}: µs per node, median${apart ? ', processes apart' : ''}`,
    columns: [unit, 'contender', 'build', 'evaluate', 'together', '× sketch', '× cpu', 'spread', ''],
    rows,
  };
}

function row(figure: Figure): readonly string[] {
  return [
    figure.size.toLocaleString('en-US'),
    figure.contender,
    digits(figure.build),
    digits(figure.evaluate),
    digits(figure.together),
    times(figure.ratio),
    times(figure.cpuRatio),
    Number.isNaN(figure.spread) ? '-' : `${(figure.spread * 100).toFixed(0)} %`,
    figure.note ?? '',
  ];
}
