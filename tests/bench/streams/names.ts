/** What the stream suite measures, one after the other. */
export const streamPartNames = ['readme', 'stages', 'composed', 'frames', 'chunks', 'soak'] as const;

/** Name of a part on the command line. */
export type StreamPartName = (typeof streamPartNames)[number];
