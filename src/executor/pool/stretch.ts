/** Writes what jobs have in common once for all of those that follow each other: node, head and their number. */
export class Stretch {
  #node = -1;
  #head = -1;
  /** Where the number of jobs stands in the words. */
  #count = -1;

  /** Begins the words of a job. */
  extend(words: unknown[], node: number, head: number): void {
    if (node === this.#node && head === this.#head) {
      words[this.#count] = (words[this.#count] as number) + 1; // written as a number below
      return;
    }
    words.push(node, head, 1);
    this.#node = node;
    this.#head = head;
    this.#count = words.length - 1;
  }

  /** The job was not written after all, and its words were cut off. */
  undo(words: unknown[]): void {
    if (this.#count < words.length && this.#count >= 0) {
      const count = words[this.#count] as number; // as above
      if (count > 1) {
        words[this.#count] = count - 1;
        return;
      }
    }
    this.#node = -1;
    this.#head = -1;
    this.#count = -1;
  }
}
