import { checkByRules, choiceRule } from '../graph/option-rules.js';
import { GRAPHOLOGY_RULES, type GraphologyOptions } from '../graph/graphology.js';

/** How a picture is drawn. */
export interface ViewOptions extends GraphologyOptions {
  /** Whether arrows lead down (`'TB'`) or to the right (`'LR'`). Default `'TB'`. */
  readonly direction?: 'TB' | 'LR';
  /** More nodes than these are DAG_OPTION: such a picture takes long and shows little. Default 2,000; minimum 1. */
  readonly maxNodes?: number;
  /** Calls that were made deeper than in so many bodies, one in the other, are counted rather than drawn. Default 50. */
  readonly maxDepth?: number;
}

const RULES = { ...GRAPHOLOGY_RULES, direction: choiceRule('TB', 'LR') };

/** The options with their defaults. @throws DAG_OPTION; `subject` is the function that was given them. */
export function checkViewOptions(options: ViewOptions, subject: string): Required<ViewOptions> {
  checkByRules<ViewOptions>(options, { subject: `${subject}()`, rules: RULES });
  const { detail = 'summary', direction = 'TB', maxNodes = 2000, maxDepth = 50 } = options;
  return { detail, direction, maxNodes, maxDepth };
}
