import { DagError } from '../../errors.js';
import { eachFuture, holdsFuture } from '../../graph/containers.js';
import { eachArgument } from '../../graph/dependencies.js';
import type { Future } from '../../graph/future.js';
import { partIn } from '../../graph/outputs.js';
import { Feedback } from '../feedback.js';
import { Config, Parameter } from '../parameter.js';
import { Input } from '../placeholder.js';
import { InnerSource } from '../source.js';
import type { Traced } from '../tracing.js';
import { nameOf, recipeOf, traitsOf } from '../transform.js';
import type { FeedbackLink, Plan, Step } from './plan.js';
import { commonRate, type Rate } from './rates.js';
import { argumentsReader, callerOf, readerOf } from './reader.js';
import { inOrder } from './topology.js';

/** What a plan is made from. */
export interface PlanParts {
  readonly name: string;
  readonly inputs: readonly Input<unknown>[];
  readonly traced: Traced;
}

/**
 * The plan of what a traced function does.
 *
 * @throws DAG_CYCLE, DAG_FEEDBACK, DAG_PARAMETER, DAG_PIPELINE, DAG_RATES
 */
export function buildPlan(parts: PlanParts): Plan {
  return new PlanBuilder(parts).build();
}

class PlanBuilder {
  readonly #parts: PlanParts;
  readonly #slots = new Map<Future, number>();
  readonly #root: Rate = { index: 0, above: undefined, sees: false, flow: 'the source' };
  readonly #rates: Rate[] = [this.#root];
  /** The rates of slots, where they are known. */
  readonly #rateOf = new Map<number, Rate>();
  /** The rates at which calls happen. */
  readonly #ownRates = new Map<Future, Rate>();
  readonly #steps: Step[] = [];
  readonly #stepAt = new Map<number, Step>();
  readonly #names = new Map<string, number>();
  readonly #links: { feedback: Feedback<unknown>; slot: number }[] = [];

  constructor(parts: PlanParts) {
    this.#parts = parts;
  }

  build(): Plan {
    const { name, inputs, traced } = this.#parts;
    if (!holdsFuture(traced.result) && traced.effects.length === 0) {
      throw new DagError('DAG_PIPELINE', {
        message: `The function of ${name} must return a Future or something with Futures inside.`,
        remedy: 'Call nodes or transforms in it, and return what they give.',
      });
    }
    const { order, varying } = this.#survey();
    this.#checkItems(order);
    checkNames(name, order);
    const constants = new Map<Future, number>();
    const needed = (future: Future): void => {
      if (!varying.has(future)) constants.set(future, this.#slotOf(future));
    };
    for (const future of order) if (varying.has(future)) eachArgument(future, needed);
    eachFuture(traced.result, needed);
    const calls = order.filter((future) => varying.has(future) && !isGiven(future));
    for (const future of order)
      if (future instanceof Feedback) this.#links.push({ feedback: future, slot: this.#slotOf(future) });
    for (const future of calls) this.#rateCall(future);
    const feedbacks = this.#links.map((link) => this.#linkOf(link));
    for (const future of calls) this.#addStep(future, feedbacks);
    const outputs: Future[] = [];
    eachFuture(traced.result, (future) => outputs.push(future));
    const output = {
      read: readerOf(traced.result, (future) => this.#slotOf(future)),
      rate: this.#commonRate(outputs, `The result of ${name}`),
      slots: outputs.map((future) => this.#slotOf(future)),
    };
    for (const link of feedbacks)
      if (output.slots.includes(link.slot) && link.rate !== output.rate) throw strayFeedback(`The result of ${name}`);
    const steps = flowsBehind(withSeenSteps(this.#steps, output.slots, output.rate));
    const parameters = order.flatMap((future) =>
      future instanceof Parameter ? [{ slot: this.#slotOf(future), given: future as Parameter<unknown> }] : [],
    );
    return {
      name,
      inputs: inputs.length,
      slots: this.#slots.size,
      inputSlots: inputs.map((input) => this.#slots.get(input) ?? -1),
      sources: order.flatMap((future) =>
        future instanceof InnerSource ? [{ slot: this.#slotOf(future), given: future }] : [],
      ),
      parameters: parameters.filter(({ given }) => !(given instanceof Config)),
      configs: parameters.filter(({ given }) => given instanceof Config),
      constants: [...constants]
        .filter(([future]) => !(future instanceof Config))
        .map(([future, slot]) => ({ slot, given: future })),
      feedbacks,
      rates: this.#rates,
      steps,
      slotOf: (future) => this.#slots.get(future) ?? -1,
      output,
    };
  }

  /** Something must give the items. */
  #checkItems(order: readonly Future[]): void {
    const { name, inputs } = this.#parts;
    if (inputs.length > 0 || order.some((future) => future instanceof InnerSource)) return;
    throw new DagError('DAG_PIPELINE', {
      message: `${name} must have an input or a source() inside, got neither.`,
      remedy:
        'Give its function a parameter for each input. Say `inputs` in the options where JavaScript does not count them: rest parameters, and those with a default.',
    });
  }

  /** What the result depends on, each behind what it depends on itself, and what of it changes from item to item. */
  #survey(): { order: readonly Future[]; varying: ReadonlySet<Future> } {
    const { result, effects } = this.#parts.traced;
    const order = inOrder(
      [result, effects],
      (future, found) => {
        eachArgument(future, found);
      },
      (feedback) => feedback.source,
    );
    const varying = new Set<Future>();
    for (const future of order) {
      let varies = future instanceof Input || future instanceof InnerSource || future instanceof Feedback;
      varies ||= future instanceof Parameter && !(future instanceof Config);
      eachArgument(future, (dependency) => {
        varies ||= varying.has(dependency);
      });
      if (varies) varying.add(future);
    }
    return { order, varying };
  }

  #slotOf(future: Future): number {
    let slot = this.#slots.get(future);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(future, slot);
    }
    return slot;
  }

  #rateAt(slot: number): Rate {
    return this.#rateOf.get(slot) ?? this.#root;
  }

  /** Finds out how often a call happens, and how often it gives a value. */
  #rateCall(future: Future): void {
    const needed: Future[] = [];
    eachArgument(future, (argument) => needed.push(argument));
    const rate = this.#commonRate(needed, future._spec.name);
    const recipe = recipeOf(future._receiver);
    const slot = this.#slotOf(future);
    this.#ownRates.set(future, rate);
    const traits = recipe === undefined ? undefined : traitsOf(recipe);
    if (recipe === undefined || traits?.emits !== true) {
      this.#rateOf.set(slot, rate);
      return;
    }
    const below: Rate = {
      index: this.#rates.length,
      above: rate,
      sees: traits.gathers !== true,
      flow: nameOf(recipe),
    };
    this.#rates.push(below);
    this.#rateOf.set(slot, below);
  }

  /** The rate at which values come together; those that are there all the time have none. */
  #commonRate(futures: readonly Future[], who: string): Rate {
    const rates = futures.flatMap((future) => {
      const rate = this.#rateOf.get(this.#slotOf(future));
      if (rate !== undefined) return [rate];
      return future instanceof Input || future instanceof InnerSource ? [this.#root] : [];
    });
    return commonRate(rates, this.#root, who);
  }

  #linkOf({ feedback, slot }: { feedback: Feedback<unknown>; slot: number }): FeedbackLink {
    const from = this.#slotOf(feedback.source);
    return { feedback, slot, from, rate: this.#rateAt(from) };
  }

  #addStep(future: Future, feedbacks: readonly FeedbackLink[]): void {
    const slotOf = (inner: Future): number => this.#slotOf(inner);
    const { _spec: spec, _args: args, _receiver: receiver } = future;
    const recipe = recipeOf(receiver);
    const slot = slotOf(future);
    const rate = this.#ownRates.get(future) ?? this.#root;
    const reads = new Set<number>();
    eachArgument(future, (argument) => reads.add(slotOf(argument)));
    const read = feedbacks.filter((link) => reads.has(link.slot));
    for (const link of read) if (link.rate !== rate) throw strayFeedback(spec.name);
    const begins = this.#rateAt(slot);
    const step: Step = {
      index: this.#steps.length,
      slot,
      name: this.#nameOf(recipe === undefined ? spec.name : nameOf(recipe)),
      future,
      recipe,
      part: spec.immediate,
      rate,
      begins: begins === rate ? undefined : begins,
      needs: [...reads].flatMap((at) => {
        const needed = this.#stepAt.get(at);
        return needed === undefined || needed.rate !== rate || needed.begins !== undefined ? [] : [needed];
      }),
      feedbacks: read,
      call: callOf(future, slotOf),
      values: argumentsReader(args, slotOf),
      reads: [...reads],
    };
    this.#steps.push(step);
    this.#stepAt.set(slot, step);
  }

  #nameOf(name: string): string {
    const count = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, count);
    return count === 1 ? name : `${name} ${count.toString()}`;
  }
}

/** Refuses two parameters of one name, or two configs: nobody could say which is meant. */
function checkNames(pipeline: string, order: readonly Future[]): void {
  const seen = { parameter: new Set<string>(), config: new Set<string>() };
  for (const future of order) {
    if (!(future instanceof Parameter)) continue;
    const kind = future instanceof Config ? 'config' : 'parameter';
    const { name } = future as Parameter<unknown>;
    if (!seen[kind].has(name)) {
      seen[kind].add(name);
      continue;
    }
    throw new DagError('DAG_PARAMETER', {
      message: `${pipeline} has two of ${kind}('${name}'), which are told from each other by name.`,
      remedy: 'Make one and use it in both places, or give them different names.',
    });
  }
}

/** Whether a Future is given its values rather than computed. */
function isGiven(future: Future): boolean {
  return (
    future instanceof Input ||
    future instanceof InnerSource ||
    future instanceof Feedback ||
    future instanceof Parameter
  );
}

function callOf(future: Future, slotOf: (inner: Future) => number): Step['call'] {
  const { _spec: spec, _args: args, _receiver: receiver } = future;
  if (recipeOf(receiver) !== undefined) {
    const [chunk] = args;
    return readerOf(args.length === 1 ? chunk : args, slotOf);
  }
  if (spec.immediate) {
    const [whole, key] = args;
    const read = readerOf(whole, slotOf);
    return (slots) => partIn(read(slots), key);
  }
  return callerOf(spec, { args, receiver }, slotOf);
}

/** Lets every flow wait for the steps before it whose values something behind it reads. */
function withSeenSteps(steps: readonly Step[], outputSlots: readonly number[], outputRate: Rate): Step[] {
  const bySlot = new Map(steps.map((step) => [step.slot, step]));
  return steps.map((step) => {
    const { begins } = step;
    if (begins?.sees !== true) return step;
    const needs = new Set(step.needs);
    const see = (slots: readonly number[], from: Rate): void => {
      for (let rate: Rate | undefined = from; rate !== step.rate; rate = rate.above) {
        if (rate === undefined || !rate.sees) return;
      }
      for (const slot of slots) {
        const seen = bySlot.get(slot);
        if (seen !== undefined && seen !== step && seen.rate === step.rate && seen.begins === undefined)
          needs.add(seen);
      }
    };
    for (const below of steps) if (below.rate !== step.rate) see(below.reads, below.rate);
    if (outputRate !== step.rate) see(outputSlots, outputRate);
    return { ...step, needs: [...needs] };
  });
}

/** Puts every flow behind the steps that it waits for: they may have been called after it. */
function flowsBehind(steps: readonly Step[]): Step[] {
  const behind = new Map<number, Step[]>();
  const sorted: Step[] = [];
  for (const step of steps) {
    const last = step.needs.reduce((latest, { index }) => Math.max(latest, index), -1);
    if (last > step.index) behind.set(last, [...(behind.get(last) ?? []), step]);
    else sorted.push(step, ...(behind.get(step.index) ?? []));
  }
  const placed = new Map<number, Step>();
  for (const step of sorted) {
    const needs = step.needs.flatMap(({ index }) => placed.get(index) ?? []);
    placed.set(step.index, { ...step, index: placed.size, needs });
  }
  return [...placed.values()];
}

function strayFeedback(name: string): DagError {
  return new DagError('DAG_FEEDBACK', {
    message: `${name} reads a feedback that comes at another rate than itself.`,
    remedy:
      'Connect a feedback to a value from behind the same filter, flatMap, batch or window as the calls that read it.',
  });
}
