import { describe, expect, it } from '@jest/globals';
import type { INodeProperties } from 'n8n-workflow';
import { WanAvatar } from '../../nodes/WanAvatar/WanAvatar.node';
import { operations } from '../../nodes/WanAvatar/actions/registry';
import codex from '../../nodes/WanAvatar/WanAvatar.node.json';
import { WanAvatarTrigger } from '../../nodes/WanAvatarTrigger/WanAvatarTrigger.node';
import { SEARCH_WORDS } from './searchWords';

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

it('the trigger has the fields that users know', () => {
	const { properties: fields, ...trigger } = new WanAvatarTrigger().description;
	expect(lines(fields)).toMatchSnapshot();
	expect(trigger).toMatchSnapshot();
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

	const words = [face.displayName, ...codex.alias];

	// n8n looks for the typed letters in each of these, and puts whole ones first.
	it.each(SEARCH_WORDS)('is found by "%s"', (typed) => {
		expect(words.map((word) => word.toLowerCase())).toContainEqual(
			expect.stringMatching(new RegExp(`\\b${typed}\\b`)),
		);
	});

	it('promises no speech, which is not made', () => {
		for (const text of [...words, face.description])
			expect(text).not.toMatch(/talk|speak|speech|voice|lip|mouth|sync|\bsay|\bsing/i);
	});
});
