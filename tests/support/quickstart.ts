import { join } from 'node:path';
import { blocksOf, type DocBlock } from './doc-blocks.js';
import { root } from './paths.js';

/** A block of the README's quickstart with what it says it prints. */
export interface Quickstart {
  readonly code: string;
  readonly prints: string;
}

/** The quickstart as it stands in README.md, its `continued` blocks joined. */
export function quickstart(language: DocBlock['language']): Quickstart {
  const blocks = blocksOf(join(root, 'README.md')).filter(
    (block) => block.heading === 'Quickstart' && block.language === language,
  );
  const code = blocks.map((block) => block.code).join('\n');
  const lines = [...code.matchAll(/console\.log\(.*\); \/\/ => (.*)$/gm)].map((match) => `${match[1] ?? ''}\n`);
  if (lines.length === 0) throw new Error(`README.md has no ${language} quickstart that prints anything`);
  return { code: `${code}\n`, prints: lines.join('') };
}
