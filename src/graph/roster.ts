/** A place in a {@link Roster}. */
export class Seat<Member> {
  readonly member: Member;
  before: Seat<Member> | undefined = undefined;
  after: Seat<Member> | undefined = undefined;
  taken = true;

  constructor(member: Member) {
    this.member = member;
  }
}

/**
 * Members that come and go all the time, in the order in which they came. Unlike a Set it lets go of them at once: the
 * table of a Set that was replaced by a larger or a tidier one refers to that for as long as it is not collected. Once one
 * of them is among the old objects, all that follow become old, with whatever was in the Set. Entering and leaving: O(1).
 */
export class Roster<Member> implements Iterable<Member> {
  #first: Seat<Member> | undefined;
  #last: Seat<Member> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Enters a member behind all others; gives what it leaves by. */
  enter(member: Member): Seat<Member> {
    const seat = new Seat(member);
    seat.before = this.#last;
    if (this.#last === undefined) this.#first = seat;
    else this.#last.after = seat;
    this.#last = seat;
    this.#size += 1;
    return seat;
  }

  /** Ends a membership, if it has not ended. */
  leave(seat: Seat<Member>): void {
    if (!seat.taken) return;
    seat.taken = false;
    this.#size -= 1;
    const { before, after } = seat;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    // One that is among the old objects must not hold those that came later.
    seat.before = undefined;
    seat.after = undefined;
  }

  /** Ends all memberships. O(members). */
  clear(): void {
    for (let seat = this.#first; seat !== undefined; seat = this.#first) this.leave(seat);
  }

  /** The members of this moment. O(members). */
  all(): Member[] {
    const members: Member[] = [];
    for (let seat = this.#first; seat !== undefined; seat = seat.after) members.push(seat.member);
    return members;
  }

  /** Goes over the members of the moment at which it begins, whoever comes and goes meanwhile. */
  [Symbol.iterator](): IterableIterator<Member> {
    return this.all()[Symbol.iterator]();
  }
}
