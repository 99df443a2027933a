import type { FuzzTarget } from '../target';
import { retryAfter } from './retryAfter';

/** All of them, in the order in which they are run and printed. */
export const targets: readonly FuzzTarget[] = [retryAfter];
