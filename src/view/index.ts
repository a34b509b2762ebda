export { toDot } from './dot.js';
export { toMermaid } from './mermaid.js';
export type { ViewOptions } from './options.js';
export { save } from './save.js';
export { toSvg } from './svg.js';
