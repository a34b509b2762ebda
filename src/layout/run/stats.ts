import type { EdgePolicy } from '../channel/descriptors.js';
import type { Assembly } from './assembly.js';

/** What a component has done so far. */
export interface ComponentStats {
  readonly name: string;
  readonly context: string;
  readonly state: 'waiting' | 'running' | 'paused' | 'ended';
  /** Firings that have ended. */
  readonly firings: number;
  /** Firings that have failed. */
  readonly failures: number;
  /** How often it was made anew. */
  readonly restarts: number;
  /** Milliseconds of all firings, from their beginning to their end, waiting included. */
  readonly busy: number;
}

/** What went along a connection so far. */
export interface EdgeStats {
  readonly from: string;
  readonly to: string;
  readonly policy: EdgePolicy;
  /** Values that the target was given. */
  readonly values: number;
  /** Values per second since it was connected, until all components had ended. */
  readonly rate: number;
  /** Values of a `latest` connection that newer ones replaced before they were taken. */
  readonly overwritten: number;
  /** Values that a `leaky` connection dropped. */
  readonly dropped: number;
  /** Values that wait now. */
  readonly depth: number;
  /** Half of the values were taken within so many ms; undefined before any was timed. */
  readonly p50: number | undefined;
  /** 99 % of the values were taken within so many ms. */
  readonly p99: number | undefined;
}

/** Figures of a layout that runs. */
export interface LayoutStats {
  readonly components: readonly ComponentStats[];
  readonly edges: readonly EdgeStats[];
}

/** Reads the figures out of shared memory: no component is asked. @param at in ms since the time origin, for rates. */
export function statsOf({ members, links }: Assembly, at: number): LayoutStats {
  return {
    components: Array.from(members.values(), (member) => {
      const { counters, name, site, ended, begun, paused } = member;
      const { firings, failures, restarts, busy } = counters;
      const going = paused ? 'paused' : 'running';
      const state = ended ? 'ended' : begun ? going : 'waiting';
      return { name, context: site.name, state, firings, failures, restarts, busy };
    }),
    edges: Array.from(links.values(), ({ from, to, channel, reader, since }) => {
      const stats = channel.stats(reader);
      const { policy = 'latest', values = 0, overwritten = 0, dropped = 0, depth = 0, p50, p99 } = stats ?? {};
      const rate = (values * 1000) / Math.max(at - since, 1);
      return { from: from.name, to: to.name, policy, values, rate, overwritten, dropped, depth, p50, p99 };
    }),
  };
}
