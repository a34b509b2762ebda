import { describeExecutor } from './conformance.js';

describeExecutor('inline', () => undefined, { threaded: false });
