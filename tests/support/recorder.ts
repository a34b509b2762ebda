import type { RunEvent } from '../../src/index.js';

/** The events of runs, in short: `started add`. */
export class Recorder {
  readonly events: RunEvent[] = [];

  /** For `onEvent` and `graph.on`. */
  readonly listen = (event: RunEvent): void => {
    this.events.push(event);
  };

  /** Every event, or those of some types, as `type name`. */
  lines(...types: readonly RunEvent['type'][]): string[] {
    return this.events
      .filter(({ type }) => types.length === 0 || types.includes(type))
      .map((event) => ('future' in event ? `${event.type} ${event.name}` : event.type));
  }
}
