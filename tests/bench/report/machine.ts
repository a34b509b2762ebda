import { cpus, loadavg, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** Facts about the machine without which a figure cannot be compared with another. */
export interface Machine {
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** Bytes of physical memory. */
  readonly memory: number;
  /** Default limit of one process's JavaScript heap, in bytes. */
  readonly heapLimit: number;
  /** Mean number of runnable processes over the last minute when the benchmark began. */
  readonly load: number;
}

/** Reads the facts of this machine now. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memory: totalmem(),
    heapLimit: getHeapStatistics().heap_size_limit,
    load: loadavg()[0] ?? NaN,
  };
}

/** One line about `machine` for the head of the report. */
export function machineLine(machine: Machine): string {
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return [
    `node ${machine.node}`,
    `${machine.cpu}, ${machine.cores} cores`,
    gibibytes(machine.memory),
    `heap limit ${gibibytes(machine.heapLimit)}`,
    `load ${machine.load.toFixed(2)}`,
  ].join(' · ');
}
