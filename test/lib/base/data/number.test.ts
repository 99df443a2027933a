import { expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { formNumber } from '../../../../lib/base/data/number';
import {
	checkItemOptions,
	checkRunOptions,
} from '../../../../lib/generation/request/requestOptions';

const number = formNumber(z.number({ error: 'must be a number' }));

it.each([
	[7, 7],
	['7', 7],
	[' 0.5 ', 0.5],
	['-1', -1],
	['.5', 0.5],
	['5.', 5],
	['+1e-3', 0.001],
])('%j is the number %d', (given, expected) => {
	expect(number.parse(given)).toBe(expected);
});

it.each([
	'',
	' ',
	'seven',
	'7 minutes',
	'5,50',
	'0x10',
	'0b1',
	'Infinity',
	'1e',
	'.',
	true,
	false,
	null,
	undefined,
	[],
	[7],
	{},
	Infinity,
	NaN,
])('%j is no number', (given) => {
	expect(number.safeParse(given).success).toBe(false);
});

const MEANS = { hasBucket: true, hasOutputKey: true };

it.each(['timeoutMinutes', 'maxRestarts', 'maxRunMinutes', 'maxQueueMinutes'])(
	'a blank %s is refused, and is no 0',
	(option) => {
		const raw = { waitForCompletion: true, maxRunMinutes: 5, [option]: ' ' };
		expect(checkItemOptions(raw, MEANS).faults).toMatchObject([{ field: option }]);
	},
);

it.each(['maxJobs', 'maxParallelJobs', 'pollIntervalSeconds'])(
	'a blank %s of the run is refused',
	(option) => {
		expect(checkRunOptions({ [option]: '' }, true).faults).toMatchObject([{ field: option }]);
	},
);
