import type { Box } from './drawing.js';
import { measuresText } from './measures.js';

/** What is written on a box. */
export interface BoxText {
  readonly main: string;
  /** What a run measured, and how many calls are not drawn; may be empty. */
  readonly small: string;
}

/** Texts of a box: the call's name; of a value its part and what it is, as far as that is known. */
export function boxText({ attributes }: Box): BoxText {
  const { hidden } = attributes;
  const left = hidden === undefined ? '' : `+ ${hidden.toLocaleString('en')} ${hidden === 1 ? 'call' : 'calls'} inside`;
  const small = [measuresText(attributes), left].filter((known) => known !== '').join(' · ');
  if (attributes.kind !== 'data') return { main: attributes.label, small };
  const { part, text } = attributes;
  return { main: [part, text].filter((known) => known !== undefined).join(' = '), small };
}

/** Everything about a box in words, for whoever points at it. */
export function boxTooltip({ key, attributes }: Box): string {
  const { kind, state, unused } = attributes;
  if (kind === 'literal') return key;
  return [key, unused ? 'unused' : state, measuresText(attributes)].filter((text) => text !== '').join(' · ');
}
