/** What the store suite measures, one after the other. */
export const storePartNames = ['small', 'arrays', 'keys', 'entries', 'warm', 'processes'] as const;

/** Name of a part on the command line. */
export type StorePartName = (typeof storePartNames)[number];
