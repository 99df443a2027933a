import { describe, expect, it } from '@jest/globals';
import type { INodeProperties } from 'n8n-workflow';
import { WanAvatar } from '../../nodes/WanAvatar/WanAvatar.node';
import { operations } from '../../nodes/WanAvatar/actions/registry';
import codex from '../../nodes/WanAvatar/WanAvatar.node.json';

const { properties, ...face } = new WanAvatar().description;

/** A field in one line: a change of wording is then a change that is seen in review. */
function line({
	displayName,
	name,
	type,
	default: value,
	displayOptions,
	description,
}: INodeProperties) {
	const shown = JSON.stringify(displayOptions?.show ?? {});
	return `${displayName} [${name}: ${type} = ${JSON.stringify(value)}] when ${shown} | ${description ?? ''}`;
}

function lines(list: INodeProperties[]): string[] {
	return list.flatMap((property) => [
		line(property),
		...(property.options ?? []).map((option) => {
			if ('type' in option) return `  ${line(option)}`;
			if (!('value' in option)) return `  - ${option.displayName}`;
			return `  - ${option.name} [${String(option.value)}] | ${option.description ?? ''}`;
		}),
	]);
}

it('has the fields that users know', () => {
	expect(lines(properties)).toMatchSnapshot();
	expect(face).toMatchSnapshot();
});

describe('the form and the code agree', () => {
	const choices = (name: string) =>
		properties
			.filter((property) => property.name === name)
			.flatMap(({ options = [], displayOptions }) =>
				options.map((option) => ({ option, resource: displayOptions?.show?.resource?.[0] })),
			);

	it('every operation of the form is in the registry, and every one of the registry in the form', () => {
		const inForm = choices('operation').map(
			({ option, resource }) =>
				`${JSON.stringify(resource)}:${'value' in option ? String(option.value) : ''}`,
		);
		expect([...operations.keys()].map((name) => name.replace(/^\w+/, '"$&"')).sort()).toEqual(
			inForm.sort(),
		);
	});

	it('every operation has an action text, for the search of the nodes panel', () => {
		for (const { option } of choices('operation')) expect(option).toHaveProperty('action');
	});

	it.each(['wan', 'avatar', 'video', 'runpod', 'talking head', 'lip'])(
		'is found by "%s"',
		(word) => {
			const words = [face.displayName, face.description, ...codex.alias].join('\n').toLowerCase();
			expect(words).toContain(word);
		},
	);
});
