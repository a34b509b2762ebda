import type { FieldDescription, FieldType, StructDefinition, StructDescription } from './definition.js';
import { registerCodec } from '../payload/codec.js';
import { layOut } from './layout.js';
import { Struct } from './struct.js';

/**
 * Lays numbers, arrays of numbers and other structs out in memory, so that threads read and write them in place.
 * `struct({ x: 'f64', image: ['u8', 64, 64] })` has 4,104 bytes; its views have `x: number` and `image: Uint8Array`.
 * Costs some microseconds: make each struct once.
 *
 * @throws DAG_OPTION for a type that there is not, a shape that cannot be, no fields, and names that every object has.
 */
export function struct<const Definition extends StructDefinition>(definition: Definition): Struct<Definition> {
  return new Struct(definition, layOut(definition));
}

/** The struct that another thread described; equal to that one. @throws DAG_OPTION */
export function structFrom({ fields }: StructDescription): Struct<StructDefinition> {
  return struct(Object.fromEntries(fields.map(([name, type]) => [name, typeFrom(type)])));
}

function typeFrom(type: FieldDescription): FieldType {
  return typeof type === 'object' && 'fields' in type ? structFrom(type) : type;
}

// A struct may be an argument of a call, or of a component, on another thread.
registerCodec(Struct, {
  name: 'lazydag.Struct',
  module: import.meta.url,
  encode: (given) => given.describe(),
  decode: structFrom,
});
