import { DagError } from '../../errors.js';
import { registeredCodecOf } from '../../memory/payload/codec.js';
import { pack } from '../../memory/payload/pack.js';
import { hasPrivateState } from '../../memory/payload/private-state.js';
import type { PackContext } from '../../memory/payload/context.js';
import type { NodeIdentity } from '../../graph/spec.js';

/**
 * How `this` of a method travels: `[HOME]`, the class that has the static method; `[CLASS, name]`, another class of that
 * module; `[VALUE, packed]`, an instance with a codec; `[FIELDS, name, packed]`, the own fields of any other instance,
 * to be put into an object of its class, whose name is '' where the class is the one that has the method.
 */
export const HOME = 0;
export const CLASS = 1;
export const VALUE = 2;
export const FIELDS = 3;

/**
 * Packs `this` of a call.
 *
 * @throws DAG_CANNOT_TRAVEL naming the field that cannot; DAG_INSTANCE_STATE for a class with private members and no codec.
 */
export function packReceiver(receiver: unknown, identity: NodeIdentity, context: PackContext): readonly unknown[] {
  if (typeof receiver === 'function') return receiver === identity.home ? [HOME] : [CLASS, receiver.name];
  const about = { ...context, subject: 'this' };
  if (typeof receiver !== 'object' || receiver === null) return [VALUE, pack(receiver, about)];
  const prototype: unknown = Object.getPrototypeOf(receiver);
  if (prototype === Object.prototype || prototype === null || registeredCodecOf(receiver) !== undefined)
    return [VALUE, pack(receiver, about)];
  refusePrivateState(prototype as object, identity); // an object's prototype that is not null
  const name = prototype === identity.home ? '' : classNameOf(prototype);
  return [FIELDS, name, pack({ ...receiver }, about)];
}

/** An instance put together from its visible fields lacks the private ones, and its methods may not even notice. */
function refusePrivateState(prototype: object, { name }: NodeIdentity): void {
  if (!hasPrivateState(prototype)) return;
  throw new DagError('DAG_INSTANCE_STATE', {
    message: `${name} is a method of ${classNameOf(prototype)}, whose private members cannot be seen from outside, so that its instances cannot travel by their fields.`,
    remedy: 'Give the class a codec with registerCodec().',
  });
}

/** What was packed of a receiver; undefined for classes. */
export function packedReceiver([kind, first, second]: readonly unknown[]): unknown {
  return kind === VALUE ? first : kind === FIELDS ? second : undefined;
}

function classNameOf(prototype: unknown): string {
  const { constructor } = prototype as { readonly constructor?: unknown }; // any object may have one
  return typeof constructor === 'function' ? constructor.name : '';
}
