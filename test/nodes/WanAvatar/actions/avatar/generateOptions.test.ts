import { expect, it } from '@jest/globals';
import { optionalProperties } from '../../../../../nodes/WanAvatar/actions/avatar/generateOptions';
import {
	checkItemOptions,
	checkRunOptions,
} from '../../../../../lib/generation/request/requestOptions';

const MEANS = { hasBucket: true, hasOutputKey: true };
const shown = new Map(optionalProperties.map((property) => [property.name, property.default]));

it('an option that is added and left as it is shown changes nothing', () => {
	const untouched = Object.fromEntries(
		[...shown].filter(
			([name]) => !['pollIntervalSeconds', 'maxRunMinutes', 'maxQueueMinutes'].includes(name),
		),
	);
	const added = { ...untouched, waitForCompletion: true };
	const item = checkItemOptions(added, MEANS);
	expect(item.faults).toEqual([]);
	expect(item).toEqual(checkItemOptions({ waitForCompletion: true }, MEANS));
	expect(checkRunOptions(added, true)).toEqual(checkRunOptions({}, true));
});

it.each(optionalProperties.filter(({ type }) => type === 'boolean'))(
	'the switch $displayName is off where it is not added',
	({ default: value }) => {
		expect(value).toBe(false);
	},
);
