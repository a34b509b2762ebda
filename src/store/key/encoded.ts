import { DagError, describeThrown } from '../../errors.js';
import type { Obstacle } from '../../memory/payload/cannot-travel.js';
import type { KnownCodec } from '../../memory/payload/codec.js';

/** What a codec makes of an instance, or why it makes nothing. @throws DAG_PEER_MISSING */
export function encodedBy(codec: KnownCodec, value: object): { readonly content: unknown } | Obstacle {
  try {
    return { content: codec.contentOf === undefined ? codec.encode(value) : codec.contentOf(value) };
  } catch (cause) {
    if (cause instanceof DagError && cause.code === 'DAG_PEER_MISSING') throw cause;
    const problem = `an instance that the codec ${codec.name} failed to encode (${describeThrown(cause)})`;
    return { problem, remedy: 'Correct `encode`.', cause };
  }
}
