import fc from 'fast-check';

const views = fc.oneof(
  fc.float64Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }),
  fc.int16Array({ maxLength: 40 }),
  fc.bigInt64Array({ maxLength: 8 }),
);

const leaves = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null, undefined, -0, NaN),
  fc.date({ noInvalidDate: false }),
  views,
);

/** Values that a store keeps: nested plain data, Maps, Sets, dates, bigints, views, references that are shared and cycles. */
export function storable(): fc.Arbitrary<unknown> {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaves,
      fc.array(tie('tree'), { maxLength: 5 }),
      fc.dictionary(fc.string({ maxLength: 6 }), tie('tree'), { maxKeys: 5, noNullPrototype: true }),
      fc.array(fc.tuple(fc.string({ maxLength: 4 }), tie('tree')), { maxLength: 4 }).map((entries) => new Map(entries)),
      fc.array(tie('tree'), { maxLength: 4 }).map((elements) => new Set(elements)),
      fc.tuple(tie('tree'), fc.boolean()).map(([element, cyclic]) => {
        const twice: unknown[] = [element, element];
        if (cyclic) twice.push(twice);
        return twice;
      }),
    ),
  }));
  return tree;
}
