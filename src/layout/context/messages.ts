import type { ReaderDescriptor, RingDescriptor, WriterDescriptor } from '../channel/descriptors.js';
import type { RecordDescription } from '../channel/record.js';
import type { OnError } from '../component/decorator.js';
import type { ComponentKind } from '../component/kinds.js';

/** What a context is told to build. */
export interface BuildRequest {
  readonly component: number;
  readonly name: string;
  /** A function that makes the instance, or the node that does. */
  readonly factory: unknown;
  readonly args: readonly unknown[];
  readonly onError: OnError;
  readonly merge: boolean;
  /** What it counts in: see `Counters`. */
  readonly counters: SharedArrayBuffer;
}

/** What is known of a component once it was built. */
export interface Traits {
  readonly kind: ComponentKind;
  /** What it emits; undefined for collectors. */
  readonly output: RecordDescription | undefined;
  /** What the class says that its parents give. */
  readonly inputs: readonly RecordDescription[] | undefined;
  /** Record of its parameters. */
  readonly parameters: RecordDescription | undefined;
  /** Parameters of `compute` before the first that is optional. */
  readonly arity: number;
  /** Whether `compute` takes more than these. */
  readonly variadic: boolean;
  /** Whether `compute` may return something. */
  readonly returns: boolean;
}

/** What an edge means to the component that it leads to. */
export type EdgeRole = 'trigger' | 'sample' | 'parameters';

/** One input of a component. */
export interface InputDescriptor {
  readonly edge: number;
  readonly role: EdgeRole;
  /** What the first firing is given. */
  readonly initial?: { readonly value: unknown };
  readonly reader: ReaderDescriptor;
}

/** New rings for an end of a channel. */
export interface RingsMessage {
  readonly component: number;
  /** The input that they are for; undefined for the output. */
  readonly edge: number | undefined;
  readonly rings: readonly RingDescriptor[];
}

/** What a context tells without being asked. */
export type ContextEvent =
  | { readonly type: 'ended'; readonly component: number }
  /** The firing failed, or what `onError` asks for did; the component has ended. */
  | { readonly type: 'failed'; readonly component: number; readonly error: unknown }
  /** It goes on after a failure. */
  | { readonly type: 'survived'; readonly component: number; readonly error: unknown; readonly how: 'restart' | 'skip' }
  | { readonly type: 'grow'; readonly component: number; readonly bytes: number };

/** A call of a context. */
export interface Question {
  /** Calls are numbered, so that a context knows of those that are on their way. */
  readonly number: number;
  readonly name: keyof ContextCalls;
  readonly args: readonly unknown[];
}

/** What a component needs to be able to fire, besides values and room. */
export interface Permission {
  /** It has all the connections that it needs, and all is wired. Default at first: false. */
  readonly connected?: boolean;
  /** It rests in spite of values that it could take. Default at first: false. */
  readonly paused?: boolean;
  /** It is taken away after its present firing, whose signal tells it; it ends once it is halted. Default at first: false. */
  readonly leaving?: boolean;
}

/** What is asked of a context. */
export interface ContextCalls {
  build(request: BuildRequest): Traits;
  wire(component: number, writer: WriterDescriptor): void;
  connect(component: number, inputs: readonly InputDescriptor[]): void;
  /** Takes inputs away after the present firing, before which it may already be permitted less. */
  disconnect(component: number, edges: readonly number[], permission: Permission): Promise<void>;
  attach(rings: readonly RingsMessage[]): void;
  start(component: number, resources: Readonly<Record<string, unknown>>): Promise<void>;
  /** Lets components fire, or not; what is not said stays. */
  permit(components: readonly number[], permission: Permission): void;
  set(component: number, values: Readonly<Record<string, unknown>>): Promise<void>;
  /** Whether it has nothing to do, and only values along some connections, those of its loop, could change that. */
  stalled(component: number, loop: readonly number[]): boolean;
  /** Ends a loop there, if it is {@link stalled} still. */
  endLoop(component: number, loop: readonly number[]): void;
  /** Takes what has come along some connections, and nothing that comes there from now on. */
  cut(component: number, edges: readonly number[]): void;
  /** Lets sources end, and all else when nothing comes any more. */
  finish(): void;
  /** Ends components after their present firing. */
  halt(components: readonly number[] | undefined): Promise<void>;
  stop(component: number): Promise<void>;
  events(): Promise<readonly ContextEvent[]>;
  close(): void;
}
