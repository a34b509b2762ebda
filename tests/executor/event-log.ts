import type { RunEvent } from 'lazydag';

/** The events of runs, also in short: `started add`. */
export class EventLog {
  readonly events: RunEvent[] = [];

  /** For `onEvent`. */
  readonly listen = (event: RunEvent): void => {
    this.events.push(event);
  };

  /** Every event, or those of some types, as `type name`. */
  lines(...types: readonly RunEvent['type'][]): string[] {
    return this.events
      .filter(({ type }) => types.length === 0 || types.includes(type))
      .map((event) => ('future' in event ? `${event.type} ${event.name}` : event.type));
  }

  /** The events of one type. */
  of<Type extends RunEvent['type']>(type: Type): Extract<RunEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
  }
}
