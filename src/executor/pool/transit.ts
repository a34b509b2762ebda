import { blocks } from '../../memory/blocks.js';
import { BufferLedger } from '../../memory/ledger.js';

/** Holds blocks while messages about them travel. */
export const transit = new BufferLedger(blocks);
