import type { FutureState } from '../graph/future.js';
import type { Box } from './drawing.js';

/** Colours of a box. */
export interface Paint {
  readonly fill: string;
  readonly border: string;
  readonly text: string;
}

/** Text. */
export const INK = '#1d2939';

/** Text that says something about another text, and arrows. */
export const FAINT = '#667085';
/** What stands behind the boxes. */
export const PAPER = '#ffffff';

/** States show in quiet colours; names and shapes are what is to be read. */
const PAINTS: Readonly<Record<FutureState, Paint>> = {
  idle: { fill: '#ffffff', border: '#98a2b3', text: INK },
  waiting: { fill: '#fffaeb', border: '#dc9b2c', text: INK },
  running: { fill: '#eff8ff', border: '#2e90fa', text: INK },
  expanded: { fill: '#f4f3ff', border: '#7a5af8', text: INK },
  done: { fill: '#e7f8ee', border: '#2f9e6a', text: INK },
  released: { fill: '#f5faf7', border: '#9cc3ae', text: INK },
  failed: { fill: '#fef0ee', border: '#e5484d', text: '#a4161a' },
};

const UNUSED: Paint = { fill: '#ffffff', border: '#98a2b3', text: FAINT };
const LITERAL: Paint = { fill: '#f8f9fb', border: '#e4e7ec', text: '#475467' };

/** The colours of a box: those of its state, and the fill that its style asks for. */
export function paintOf({ attributes }: Box): Paint {
  const { kind, state, unused, style } = attributes;
  if (kind === 'literal') return LITERAL;
  const paint = unused && state !== 'failed' ? UNUSED : PAINTS[state];
  if (style.color === undefined) return paint;
  return {
    fill: style.color,
    border: state === 'idle' ? FAINT : paint.border,
    text: isDark(style.color) ? PAPER : paint.text,
  };
}

/** What stands behind the boxes of a frame; frames in frames differ. */
export function frameFill(depth: number): string {
  return depth % 2 === 0 ? '#f8f9fb' : '#eff1f5';
}

/** Whether text on a colour must be light; names are taken for light unless they say otherwise. */
function isDark(color: string): boolean {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (hex === null)
    return /^(dark(?!seagreen|salmon|khaki|gray|grey|orange)|black|navy|midnight|indigo|purple|maroon|brown)/i.test(
      color,
    );
  const [red = 0, green = 0, blue = 0] = hex.slice(1).map((part) => parseInt(part, 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 120; // perceived brightness, of 255
}
