import { structFrom } from '../../memory/struct/define.js';
import type { StructDescription } from '../../memory/struct/definition.js';

/** What a channel carries: records of a struct, or `bytes` of any length. */
export type RecordDescription = StructDescription | 'bytes';

/** Makes views of what lies in slots. `length` is the number of bytes there; structs have always the same. */
export type ViewSlot = (offset: number, length: number) => unknown;

/** How a thread sees the records of a channel. */
export interface RecordFormat {
  /** Bytes of a record; undefined when they differ. */
  readonly size: number | undefined;
  viewsOf(memory: SharedArrayBuffer): ViewSlot;
}

/** The format that a description stands for. @throws DAG_OPTION */
export function recordFormat(record: RecordDescription): RecordFormat {
  if (record === 'bytes') {
    return { size: undefined, viewsOf: (memory) => (offset, length) => new Uint8Array(memory, offset, length) };
  }
  const struct = structFrom(record);
  return {
    size: struct.size,
    viewsOf(memory) {
      const viewAt = struct.viewsOf(memory);
      const views = new Map<number, unknown>();
      return (offset) => {
        let view = views.get(offset);
        if (view === undefined) views.set(offset, (view = viewAt(offset)));
        return view;
      };
    },
  };
}
