/** Free memory of one thread by size, the last one put in taken first. */
export class FreeLists {
  readonly #lists = new Map<number, SharedArrayBuffer[]>();
  #blocks = 0;
  #bytes = 0;

  /** How many blocks lie here. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Bytes of all that lies here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory of exactly this size, if there is any. */
  take(size: number): SharedArrayBuffer | undefined {
    const memory = this.#lists.get(size)?.pop();
    if (memory === undefined) return undefined;
    this.#bytes -= size;
    this.#blocks -= 1;
    return memory;
  }

  put(memory: SharedArrayBuffer): void {
    const size = memory.byteLength;
    const list = this.#lists.get(size);
    if (list === undefined) this.#lists.set(size, [memory]);
    else list.push(memory);
    this.#bytes += size;
    this.#blocks += 1;
  }

  /** Forgets memory until at least `bytes` are given up, and gives it to the caller. */
  drop(bytes = Infinity): SharedArrayBuffer[] {
    const dropped: SharedArrayBuffer[] = [];
    let left = bytes;
    for (const size of this.#lists.keys()) {
      for (let memory = this.take(size); memory !== undefined; memory = this.take(size)) {
        dropped.push(memory);
        left -= size;
        if (left <= 0) return dropped;
      }
      this.#lists.delete(size);
    }
    return dropped;
  }
}
