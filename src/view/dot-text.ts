import { printable } from './printable.js';

/** A quoted DOT string that is drawn as `text`, line breaks included. */
export function dotString(text: string): string {
  // Graphviz reads backslash sequences and entities in labels, so both are escaped.
  const escaped = printable(text)
    .replace(/&/g, '&amp;')
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    // An empty line of several can make Graphviz write where it must not.
    .replace(/^(?=\n)|(?<=\n)$|(?<=\n)(?=\n)/g, ' ')
    .replace(/\n/g, '\\n');
  return `"${escaped}"`;
}

/** Text inside an HTML-like DOT label. */
export function htmlText(text: string): string {
  return (
    printable(text)
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      // There, too, Graphviz puts names in for backslash and letter, and no escape keeps it from doing so.
      .replace(/\\(?=[EGHLNT])/g, '\\\u2060')
      .replace(/\n/g, '<br/>')
  );
}
