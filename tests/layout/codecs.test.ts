import { expect, test } from '@jest/globals';
import { registerCodec } from '../../src/index.js';
import { codecsUnknown, importCodecs } from '../../src/layout/context/codec-modules.js';
import { CodecsMissing, decodePayload, encodePayload } from '../../src/layout/context/payload.js';

class Known {
  constructor(readonly value: number) {}
}
registerCodec(Known, {
  name: 'KnownHere',
  module: 'file:///nowhere/known.js',
  encode: ({ value }) => value,
  decode: (value) => new Known(value),
});

test('a value whose codec this thread lacks says what it needs, and the thread of the caller imports nothing for it', async () => {
  const encoded = encodePayload({ known: new Known(3) }, 'A value');
  const slot = new Uint8Array(encoded.length);
  encoded.writeTo(slot);
  expect(decodePayload(slot)).toEqual({ known: new Known(3) });

  // The same value, of a codec that nobody has registered.
  const at = Buffer.from(slot.buffer).indexOf('KnownHere');
  slot.set(Buffer.from('KnownElse'), at);
  const missing = decodePayload(slot);
  expect(missing).toBeInstanceOf(CodecsMissing);
  const { codecs } = missing as CodecsMissing;
  expect(codecs).toEqual([{ name: 'KnownElse', module: 'file:///nowhere/known.js' }]);
  await importCodecs(codecs);
  expect(codecsUnknown(codecs).message).toBe(
    'DAG_CANNOT_TRAVEL: A value cannot travel to this thread: it needs the codec KnownElse, which file:///nowhere/known.js registers. Import that module where the layout is set up.',
  );
});
