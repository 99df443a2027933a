import { setImmediate, setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { fuzz } from '../fuzz';
import { fuzzTarget } from '../target';

const targets = [
	fuzzTarget(
		'false for 1000 and more',
		fc.property(fc.nat(), fc.string(), (number, text) => number < 1000 || text.length < 0),
	),
	fuzzTarget(
		'true, in its time',
		fc.asyncProperty(fc.nat(), async (number) => {
			await setImmediate();
			return number >= 0;
		}),
		{ weight: 2 },
	),
	fuzzTarget(
		'loop',
		fc.property(fc.nat(), () => {
			for (;;);
		}),
		{ runLimitMs: 500 },
	),
	fuzzTarget(
		'never answered',
		fc.asyncProperty(fc.nat(), () => new Promise<void>(() => undefined)),
		{ runLimitMs: 100 },
	),
	fuzzTarget(
		'too long, a run',
		fc.asyncProperty(fc.nat(), () => setTimeout(3100)),
	),
	fuzzTarget(
		'last, always so',
		fc.property(fc.nat(), () => true),
	),
];

void fuzz(process.argv.slice(2), targets).then((code) => process.exit(code));
