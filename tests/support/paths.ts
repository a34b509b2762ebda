import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Scratch folder of the tests, ignored by git and emptied by whoever wants it empty. */
export const scratch = join(root, '.tmp');
