// `npm run build:stale`: what examples, benchmarks and type checks run first.
import { ensureBuild } from './global-setup.js';

ensureBuild();
