import type { AnyIterator } from './iterator.js';
import type { Stage } from './stage.js';
import type { Token } from './token.js';

/** What a flow has still to give of one chunk, or of what was left at the end. */
export interface Emission {
  readonly stage: Stage;
  /** Whose chunk it was; undefined for what is left at the end. */
  readonly token: Token | undefined;
  readonly results: AnyIterator;
  /** It is being asked for the next. */
  asking: boolean;
}
