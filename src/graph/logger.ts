/** Takes the lines of a verbose run. `console` is one. */
export interface Logger {
  log(line: string): void;
}
