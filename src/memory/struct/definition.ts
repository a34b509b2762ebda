import type { ScalarArrays, ScalarName, ScalarValues } from './scalars.js';
import type { Struct } from './struct.js';

/** What a field of a struct may be: a number, a row-major array of numbers with its shape, or a struct. */
export type FieldType = ScalarName | readonly [type: ScalarName, ...shape: number[]] | Struct<StructDefinition>;

/** The fields of a struct, in the order in which they lie in memory. */
export interface StructDefinition {
  readonly [name: string]: FieldType;
}

/** A struct as plain data, as other threads get it. */
export interface StructDescription {
  /** Names and types of the fields, in the order in which they lie in memory. */
  readonly fields: readonly (readonly [name: string, type: FieldDescription])[];
}

/** The type of a field as plain data. */
export type FieldDescription = ScalarName | readonly [type: ScalarName, ...shape: number[]] | StructDescription;

type FieldView<Type> = Type extends ScalarName
  ? ScalarValues[Type]
  : Type extends readonly [infer Name extends ScalarName, ...number[]]
    ? ScalarArrays[Name]
    : Type extends Struct<infer Inner>
      ? ViewOf<Inner>
      : never;

type Flat<Type> = { [Key in keyof Type]: Type[Key] };

/** The view of a struct with these fields: numbers may be assigned, arrays and inner structs are written in place. */
export type ViewOf<Definition extends StructDefinition> = Flat<
  {
    -readonly [Name in keyof Definition as Definition[Name] extends ScalarName ? Name : never]: FieldView<
      Definition[Name]
    >;
  } & {
    readonly [Name in keyof Definition as Definition[Name] extends ScalarName ? never : Name]: FieldView<
      Definition[Name]
    >;
  }
>;

type FieldSource<Type> = Type extends ScalarName
  ? ScalarValues[Type]
  : Type extends readonly [infer Name extends ScalarName, ...number[]]
    ? ArrayLike<Name extends 'bool' ? number | boolean : ScalarValues[Name]>
    : Type extends Struct<infer Inner>
      ? SourceOf<Inner>
      : never;

/** What may be assigned to a view: any of its fields, arrays as flat lists of their whole length. */
export type SourceOf<Definition extends StructDefinition> = {
  readonly [Name in keyof Definition]?: FieldSource<Definition[Name]>;
};

/** An object whose fields read and write the memory of one record of a struct directly. */
export type StructView<Shape extends Struct<StructDefinition>> =
  Shape extends Struct<infer Definition> ? ViewOf<Definition> : never;
