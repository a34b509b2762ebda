import { displayName } from './dependencies.js';
import type { RunEvent, RunListener } from './events.js';
import type { Future } from './future.js';
import type { Logger } from './logger.js';

/** Numbers of calls in verbose lines, in the order in which lines first name them. */
const numbers = new WeakMap<Future, number>();
let next = 0;

/** `name_number`: a call as verbose lines name it. */
function label(future: Future): string {
  let number = numbers.get(future);
  if (number === undefined) {
    number = next;
    next += 1;
    numbers.set(future, number);
  }
  return `${displayName(future)}_${number.toString()}`;
}

function bytes(count: number): string {
  return count === 0 ? '' : ` (${count.toLocaleString('en')} bytes)`;
}

/** One event as a line, undefined for those that a verbose run does not tell. */
function verboseLine(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `computing ${event.targets.toString()} ${event.targets === 1 ? 'target' : 'targets'}`;
    case 'run-finished':
      return `computed in ${event.duration.toFixed(1)} ms${event.error === undefined ? '' : ', failed'}`;
    case 'activated':
      return `${label(event.future)} activated`;
    case 'cached':
      return `${label(event.future)} has its value already`;
    case 'started':
      return `running ${label(event.future)}${event.attempt > 1 ? `, attempt ${event.attempt.toString()}` : ''}`;
    case 'finished':
      return undefined;
    case 'expanded':
      return `${label(event.future)} waits for the calls it made`;
    case 'still-needed':
      return `value of ${label(event.future)} still needed at ${label(event.by)}`;
    case 'released':
      return `value of ${label(event.future)} released${bytes(event.bytes)}`;
    case 'deactivated':
      return `${label(event.future)} deactivated`;
    case 'failed':
      return `${label(event.future)} failed: ${String(event.error)}`;
    case 'retried':
      return `${label(event.future)} is tried again after attempt ${event.attempt.toString()}`;
    case 'skipped':
      return `${label(event.future)} skipped`;
    case 'stayed':
      return `${label(event.future)} runs here: ${event.reason}`;
    case 'aborted':
      return `${label(event.future)} aborted`;
  }
}

/** A listener that writes verbose lines to a logger. */
export function verboseListener(logger: Logger): RunListener {
  return (event) => {
    const line = verboseLine(event);
    if (line !== undefined) logger.log(line);
  };
}
