import { describe, expect, it } from '@jest/globals';
import { Roster } from '../../src/graph/roster.js';

describe('Roster', () => {
  it('keeps members in the order in which they came, whoever leaves', () => {
    const roster = new Roster<string>();
    const [first, second, third] = [roster.enter('a'), roster.enter('b'), roster.enter('c')];
    roster.leave(second);
    expect(roster.all()).toEqual(['a', 'c']);
    roster.leave(first);
    roster.enter('d');
    roster.leave(third);
    expect(roster.all()).toEqual(['d']);
    expect(roster.size).toBe(1);
  });

  it('lets a member leave once', () => {
    const roster = new Roster<string>();
    const seat = roster.enter('a');
    roster.enter('b');
    roster.leave(seat);
    roster.leave(seat);
    expect(roster.all()).toEqual(['b']);
    expect(roster.size).toBe(1);
  });

  it('goes over those that were there when it began', () => {
    const roster = new Roster<string>();
    const seats = [roster.enter('a'), roster.enter('b')];
    const met: string[] = [];
    for (const member of roster) {
      met.push(member);
      for (const seat of seats) roster.leave(seat);
      roster.enter('c');
    }
    expect(met).toEqual(['a', 'b']);
  });

  it('ends all memberships at once, and takes no notice of who leaves later', () => {
    const roster = new Roster<string>();
    const seat = roster.enter('a');
    roster.enter('b');
    roster.clear();
    roster.enter('c');
    roster.leave(seat);
    expect(roster.all()).toEqual(['c']);
  });
});
