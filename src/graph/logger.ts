/** Takes the lines of a verbose run. `console` is one. */
export interface Logger {
  /** Takes one line, without a line break. */
  log(line: string): void;
}
