import { DagError, describeThrown, type ErrorCode } from '../../errors.js';

/** Where in a layout something failed. */
export interface ComponentFailure {
  readonly code: Extract<ErrorCode, 'DAG_COMPONENT_FAILED' | 'DAG_CONTEXT_DIED' | 'DAG_LAYOUT_TIMEOUT'>;
  /** Undefined where a whole context failed. */
  readonly component: string | undefined;
  readonly context: string;
  /** What the component was doing. */
  readonly doing?: string;
  readonly cause?: unknown;
  readonly message?: string;
  readonly remedy?: string;
}

/** A component of a layout failed, or the thread of a context did. `cause` is what was thrown. */
export class ComponentError extends DagError {
  /** Name of the component; undefined where a whole context failed. */
  readonly component: string | undefined;
  /** Name of the context. */
  readonly context: string;

  constructor({ code, component, context, doing, cause, message, remedy }: ComponentFailure) {
    const what = component === undefined ? context : `${component} in ${context}`;
    const text = message ?? `${doing === undefined ? '' : `${doing}: `}${describeThrown(cause).replace(/\.$/, '')}.`;
    super(code, { message: `${what}: ${text}`, cause, ...(remedy === undefined ? {} : { remedy }) });
    this.name = 'ComponentError';
    this.component = component;
    this.context = context;
  }
}
