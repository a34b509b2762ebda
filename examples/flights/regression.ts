import { alloc, node } from 'lazydag';

/** How well a regression fits. */
export interface FitQuality {
  /** The share of the variance that the regression explains. */
  readonly r2: number;
  /** Standard deviation of the residuals, by the degrees of freedom that are left. */
  readonly residualError: number;
  /** Standard error of each coefficient. */
  readonly standardErrors: readonly number[];
}

const style = { color: '#fdf0d5' };

/** Calls `visit` with every row of the design: a one for the intercept, then a value of each predictor. */
function eachRow(predictors: readonly Float64Array[], visit: (row: Float64Array, index: number) => void): void {
  const row = new Float64Array(predictors.length + 1).fill(1);
  const rows = predictors[0]?.length ?? 0;
  for (let index = 0; index < rows; index += 1) {
    for (const [position, predictor] of predictors.entries()) row[position + 1] = predictor[index] ?? Number.NaN;
    visit(row, index);
  }
}

/** Inverts a symmetric positive definite matrix of `size` rows by Gauss and Jordan. */
function invert(matrix: Float64Array, size: number): Float64Array {
  const left = matrix.slice();
  const right = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  const get = (of: Float64Array, row: number, column: number): number => of[row * size + column] ?? Number.NaN;
  for (let pivot = 0; pivot < size; pivot += 1) {
    const scale = 1 / get(left, pivot, pivot);
    for (const of of [left, right]) {
      for (let column = 0; column < size; column += 1) of[pivot * size + column] = get(of, pivot, column) * scale;
    }
    for (let row = 0; row < size; row += 1) {
      const factor = row === pivot ? 0 : get(left, row, pivot);
      for (const of of [left, right]) {
        for (let column = 0; column < size; column += 1) {
          of[row * size + column] = get(of, row, column) - factor * get(of, pivot, column);
        }
      }
    }
  }
  return right;
}

/** X′X and X′y. */
const normalEquations = node(
  (y: Float64Array, predictors: readonly Float64Array[]) => {
    const size = predictors.length + 1;
    const gram = new Float64Array(size * size);
    const moments = new Float64Array(size);
    eachRow(predictors, (row, index) => {
      for (const [i, left] of row.entries()) {
        moments[i] = (moments[i] ?? 0) + left * (y[index] ?? Number.NaN);
        for (const [j, right] of row.entries()) gram[i * size + j] = (gram[i * size + j] ?? 0) + left * right;
      }
    });
    return { gram, moments };
  },
  { name: 'normalEquations', outputs: ['gram', 'moments'], style },
);

const solve = node(
  (gram: Float64Array, moments: Float64Array) => {
    const size = moments.length;
    const inverse = invert(gram, size);
    const row = (index: number): Float64Array => inverse.subarray(index * size, (index + 1) * size);
    const coefficients = Array.from(moments, (_, index) =>
      row(index).reduce((sum, weight, at) => sum + weight * (moments[at] ?? Number.NaN), 0),
    );
    return { coefficients, inverse };
  },
  { name: 'solve', outputs: ['coefficients', 'inverse'], style },
);

const fit = node(
  (coefficients: readonly number[], predictors: readonly Float64Array[]) => {
    const fitted = alloc(Float64Array, predictors[0]?.length ?? 0);
    eachRow(predictors, (row, index) => {
      fitted[index] = row.reduce((sum, value, at) => sum + value * (coefficients[at] ?? Number.NaN), 0);
    });
    return fitted;
  },
  { name: 'fit', style },
);

/** What the fit leaves over. Nothing else needs the fitted values, so they are given to the body to write over. */
const subtract = node(
  (y: Float64Array, fitted: Float64Array) => {
    for (const [index, value] of fitted.entries()) fitted[index] = (y[index] ?? Number.NaN) - value;
    return fitted;
  },
  { name: 'subtract', donate: [1], style },
);

const judge = node(
  (y: Float64Array, residuals: Float64Array, inverse: Float64Array): FitQuality => {
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const around = (column: Float64Array, centre: number): number =>
      column.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    const size = Math.sqrt(inverse.length);
    const left = around(residuals, 0);
    const variance = left / (y.length - size);
    return {
      r2: 1 - left / around(y, mean),
      residualError: Math.sqrt(variance),
      standardErrors: Array.from({ length: size }, (_, at) =>
        Math.sqrt(variance * (inverse[at * (size + 1)] ?? Number.NaN)),
      ),
    };
  },
  { name: 'judge', style },
);

/** Least squares of `y` on an intercept and the predictors. */
export const regression = node(
  (y: Float64Array, predictors: readonly Float64Array[]) => {
    const { gram, moments } = normalEquations(y, predictors);
    const { coefficients, inverse } = solve(gram, moments);
    const residuals = subtract(y, fit(coefficients, predictors));
    return { coefficients, residuals, quality: judge(y, residuals, inverse) };
  },
  { name: 'regression', outputs: ['coefficients', 'residuals', 'quality'], style },
);
