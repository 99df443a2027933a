import { expect, it } from '@jest/globals';
import { formOptions } from '../../../../../nodes/WanAvatar/actions/avatar/generateOptions';
import { optionGroups } from '../../../../../nodes/WanAvatar/fields/optionGroups';
import {
	checkItemOptions,
	checkRunOptions,
} from '../../../../../lib/generation/request/requestOptions';

const MEANS = { hasBucket: true, hasOutputKey: true };
const properties = formOptions.map(({ property }) => property);
const shown = new Map(properties.map((property) => [property.name, property.default]));

it('an option that is added and left as it is shown changes nothing', () => {
	const limits = ['pollIntervalSeconds', 'maxRunMinutes', 'maxQueueMinutes', 'spendingLimit'];
	const untouched = Object.fromEntries([...shown].filter(([name]) => !limits.includes(name)));
	const added = { ...untouched, waitForCompletion: true };
	const item = checkItemOptions(added, MEANS);
	expect(item.faults).toEqual([]);
	expect(item).toEqual(checkItemOptions({ waitForCompletion: true }, MEANS));
	expect(checkRunOptions(added, true)).toEqual(checkRunOptions({}, true));
});

it.each(properties.filter(({ type }) => type === 'boolean'))(
	'the switch $displayName is off where it is not added',
	({ default: value }) => {
		expect(value).toBe(false);
	},
);

it('the groups hold each option once, in the alphabetical order that n8n wants', () => {
	const groups = optionGroups(formOptions).map(({ displayName, options = [] }) => ({
		displayName,
		labels: options.map((one) => ('displayName' in one ? one.displayName : one.name)),
	}));
	expect(groups.map(({ displayName }) => displayName)).toEqual([
		'Output Options',
		'Link Options',
		'Waiting Options',
		'Limits',
		'Worker Options',
	]);
	for (const { labels } of groups) {
		expect(labels).toEqual([...labels].sort());
		expect(labels.length).toBeGreaterThanOrEqual(3);
		expect(labels.length).toBeLessThanOrEqual(7);
	}
	const names = properties.map(({ name }) => name);
	expect(names).toEqual([...new Set(names)]);
	expect(groups.flatMap(({ labels }) => labels)).toHaveLength(names.length);
});
