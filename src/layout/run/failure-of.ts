import { ComponentError } from './component-error.js';
import type { Member } from './member.js';

/** What a component of a layout failed at. An error that names it already stays what it is. */
export function failureOf(
  { name, site }: Member,
  { doing, cause }: { doing?: string; cause: unknown },
): ComponentError {
  if (cause instanceof ComponentError) return cause;
  const code = 'DAG_COMPONENT_FAILED';
  return new ComponentError({
    code,
    component: name,
    context: site.name,
    cause,
    ...(doing === undefined ? {} : { doing }),
  });
}
