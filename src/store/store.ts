export type * from '../graph/store.js';
export { isStore } from '../graph/store.js';
