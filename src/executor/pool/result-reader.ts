import { DagError, describeThrown, messageOf, type ErrorCode } from '../../errors.js';
import type { Job, JobFailure, JobHost } from '../../graph/executor.js';
import { wroteInput } from '../../graph/call-faults.js';
import { nodeFunction } from '../../graph/node.js';
import { Scope } from '../../graph/scope.js';
import type { NodeSpec } from '../../graph/spec.js';
import { blocks, type Block } from '../../memory/blocks.js';
import type { PayloadMemory, UnpackContext } from '../../memory/payload/context.js';
import { unpack } from '../../memory/payload/unpack.js';
import { CallUnpacker } from './calls.js';
import { CALLED, FAILED, NOT_FOUND, SKIPPED, UNSENDABLE } from './messages.js';
import { nodeAtAddress } from './node-addresses.js';
import { eachBlockOfResult } from './result-blocks.js';
import { transit } from './transit.js';

/** Whose blocks are of which nothing is used: they go back as soon as the report is in. */
const DISCARDED = {};

/** Whom the reader tells what became of jobs. */
export interface Reading {
  readonly host: JobHost;
  /** The call should not have been sent. */
  readonly cannotSend: (job: Job, failure: JobFailure) => void;
}

/** Takes results in: adopts their blocks, which are held until all results of a report are in. */
export class ResultReader implements PayloadMemory {
  #pins: Block[] = [];
  /** Whose the blocks become that are adopted. */
  #owner: object | undefined;
  /** Where the bytes of their buffers are counted. */
  tally: { bytesOut: number } | undefined = undefined;
  /** The thread that the results come from. */
  from = 0;
  readonly #context: UnpackContext = {
    memory: this,
    counted: (bytes) => {
      if (this.tally !== undefined) this.tally.bytesOut += bytes;
    },
    special: (packed) => nodeFunction(nodeAtAddress(packed.slice(1))),
  };

  locate(): undefined {
    return undefined;
  }

  place(): never {
    throw new DagError('DAG_INTERNAL', { message: 'A result was to be packed where it is read.' });
  }

  open(block: number): SharedArrayBuffer {
    const memory = blocks.adopt(block, this.#owner, this.from);
    const pin = transit.pin(memory);
    if (pin !== undefined) this.#pins.push(pin);
    return memory;
  }

  /** Tells what became of a job. */
  read(job: Job, word: unknown, { host, cannotSend }: Reading): void {
    if (!Array.isArray(word)) {
      if (word === undefined && job.keeps) host.kept(job);
      else host.finished(job, word, undefined);
      return;
    }
    const words = word as readonly unknown[];
    switch (words[0]) {
      case FAILED: {
        const failure = this.#failure(job, words);
        if (failure.code === 'DAG_INSTANCE_STATE') cannotSend(job, failure);
        else host.failed(job, failure);
        return;
      }
      case SKIPPED:
        host.returned(job);
        return;
      case NOT_FOUND:
        if (words[1] === 'DAG_MODULE_IMPORT') host.failed(job, this.#coded(words));
        else cannotSend(job, this.#coded(words));
        return;
      case UNSENDABLE:
        cannotSend(job, this.#coded(words));
        return;
      default:
        this.#readValue(job, words, host);
    }
  }

  #readValue(job: Job, words: readonly unknown[], host: JobHost): void {
    this.#owner = job.future;
    let value: unknown;
    let scope: Scope | undefined;
    try {
      if (words[0] === CALLED) {
        scope = new Scope(job.future._graph, job.future, undefined);
        scope.capturesCallSites = job.debug;
        const calls = new CallUnpacker({ scope, context: this.#context, nodeAt });
        calls.make(words[2] as readonly (readonly unknown[])[]); // as packCalls wrote it
        value = unpack(words[1], calls.context);
      } else value = unpack(words, this.#context);
    } catch (error) {
      this.discard(words);
      host.failed(job, resultFailure(error));
      return;
    } finally {
      this.#owner = undefined;
    }
    host.finished(job, value, scope);
  }

  #failure(job: Job, [, packed, code]: readonly unknown[]): JobFailure {
    if (code === 'DAG_INPUT_WRITTEN') return wroteInput(job.future);
    const value = this.#thrown(packed);
    if (code !== 'DAG_INSTANCE_STATE') {
      return { code: 'DAG_NODE_FAILED', message: describeThrown(value), thrown: { value } };
    }
    // The class was not found, and the error says what to do.
    if (value instanceof DagError && value.code === code) return { ...codedParts(value), final: true };
    return {
      code,
      message: `${describeThrown(value)}.`,
      remedy: 'Private fields do not travel: give the class a codec with registerCodec().',
      thrown: { value },
      final: true,
    };
  }

  #thrown(packed: unknown): unknown {
    try {
      return unpack(packed, this.#context);
    } catch (error) {
      return error;
    }
  }

  #coded([, code, message, cause]: readonly unknown[]): JobFailure {
    return {
      code: code as ErrorCode, // the worker has the same table
      message: message as string,
      final: true,
      ...(cause === undefined ? {} : { thrown: { value: this.#thrown(cause) } }),
    };
  }

  /** Takes in the result of a job that nobody waits for: its blocks go back. */
  discard(word: unknown): void {
    this.#owner = DISCARDED;
    eachBlockOfResult(word, (block) => {
      try {
        this.open(block);
      } catch {
        // What cannot be had need not be given back.
      }
    });
    this.#owner = undefined;
  }

  /** All results of a report are in. */
  settle(): void {
    if (this.#pins.length === 0) return;
    const pins = this.#pins;
    this.#pins = [];
    for (const block of pins) transit.unpin(block);
  }
}

function nodeAt(address: unknown): NodeSpec {
  return nodeAtAddress(address);
}

/** Code and message of a coded error, apart. */
function codedParts(error: DagError): Pick<JobFailure, 'code' | 'message'> {
  return { code: error.code, message: messageOf(error) };
}

function resultFailure(error: unknown): JobFailure {
  if (error instanceof DagError) return { ...codedParts(error), final: true };
  return {
    code: 'DAG_CANNOT_TRAVEL',
    message: `The result could not be rebuilt: ${describeThrown(error)}.`,
    thrown: { value: error },
    final: true,
  };
}
