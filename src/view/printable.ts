/** Control characters but line breaks, halves of characters, and what stands for no character. */
const UNPRINTABLE = /(?!\n)\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu;

/** Replaces what no output format can hold; tabs are spaces, and every line break is `\n`. */
export function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\t/g, ' ').replace(UNPRINTABLE, '\ufffd');
}
