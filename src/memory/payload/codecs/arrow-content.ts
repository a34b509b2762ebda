import { kindOf, type Kind } from './arrow-rebuilt.js';

/** What of Arrow's columns is used, of whatever copy of the package. */
interface Data {
  readonly type: object;
  readonly length: number;
  readonly offset: number;
  readonly stride: number;
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
  readonly values?: unknown;
  readonly valueOffsets?: unknown;
  readonly typeIds?: unknown;
  /** Missing in older versions. */
  readonly variadicBuffers?: readonly Uint8Array[];
  readonly children: readonly Data[];
  readonly dictionary?: { readonly data: readonly Data[] };
}

interface Field {
  readonly name: string;
  readonly nullable: boolean;
  readonly type: object;
  readonly metadata: ReadonlyMap<string, string>;
}

interface Columns {
  readonly schema: { readonly fields: readonly Field[]; readonly metadata: ReadonlyMap<string, string> };
  readonly batches: readonly { readonly data: Data }[];
  readonly data: Data | readonly Data[];
}

/**
 * What makes up a value of Arrow, on the memory that it has: as plain data, without the numbers that a process gives to
 * dictionaries. Chunks and unused memory show. O(chunks and fields).
 */
export function arrowContent(value: object): unknown {
  const columns = value as Columns; // each kind has those that are read of it
  const kind: Kind = kindOf(value) ?? 'Table';
  if (kind === 'Vector') return { kind, chunks: [columns.data].flat().map(dataContent) };
  const { fields, metadata } = columns.schema;
  const chunks = kind === 'Table' ? columns.batches.map((batch) => batch.data) : [columns.data].flat();
  return { kind, fields: fields.map(fieldContent), metadata, chunks: chunks.map(dataContent) };
}

function fieldContent({ name, nullable, type, metadata }: Field): unknown {
  return [name, nullable, typeText(type), metadata];
}

function typeText(type: object): string {
  return (type as { toString(): string }).toString(); // each type has a text of its own
}

function dataContent(data: Data): unknown {
  const { type, length, offset, stride, nullCount, nullBitmap, values, valueOffsets, typeIds, variadicBuffers } = data;
  return {
    type: typeText(type),
    shape: [length, offset, stride, nullCount],
    memory: [nullCount === 0 ? undefined : nullBitmap, values, valueOffsets, typeIds, variadicBuffers],
    children: data.children.map(dataContent),
    dictionary: data.dictionary?.data.map(dataContent),
  };
}
