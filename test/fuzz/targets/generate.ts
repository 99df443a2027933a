import fc from 'fast-check';
import { story } from '../model/events';
import { play } from '../model/play';
import { fuzzTarget } from '../target';

/** Whatever happens, and in whatever order: nothing is paid twice, nothing burns, nothing is lost, nothing hangs. */
export const generate = fuzzTarget(
	'Generate, whatever happens',
	fc.asyncProperty(story, async (told) => {
		await play(told);
	}),
	{ weight: 8 },
);
