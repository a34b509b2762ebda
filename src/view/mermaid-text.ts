import { printable } from './printable.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '"': '#quot;',
  '#': '#35;',
  '&': '#amp;',
  '<': '#lt;',
  '>': '#gt;',
  '`': '#96;',
  '\\': '#92;',
};

/** A quoted Mermaid text that is drawn as `text`, line breaks included. */
export function mermaidString(text: string): string {
  const escaped = printable(text)
    .replace(/["#&<>`\\]/g, (character) => ENTITIES[character] ?? character)
    // What looks like the start of a list would be read as one.
    .replace(
      /^(\s*\d*)([-+*.)])(?=\s)/gm,
      (_, before: string, sign: string) => `${before}#${sign.charCodeAt(0).toString()};`,
    )
    .replace(/\n/g, '<br/>');
  // Mermaid takes an empty text for none and would write the box's id.
  return `"${escaped === '' ? ' ' : escaped}"`;
}
