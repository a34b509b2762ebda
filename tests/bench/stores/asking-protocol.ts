/** What the process that measures sends to those that ask. */
export interface Question {
  readonly seed: number;
  /** Milliseconds that the body takes. */
  readonly length: number;
}

/** What these send back; the first one says that the process is ready. */
export interface Answer {
  /** Whether it was this process that ran the body. */
  readonly ran: boolean;
}
