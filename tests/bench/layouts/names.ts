/** What the layout suite measures, one after the other. */
export const layoutPartNames = ['small', 'paced', 'apart', 'large', 'integrity', 'soak'] as const;

/** Name of a part on the command line. */
export type LayoutPartName = (typeof layoutPartNames)[number];
