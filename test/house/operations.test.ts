import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resources } from '../../nodes/WanAvatar/actions/registry';
import type { ListedOperation } from '../../nodes/WanAvatar/n8n/resource';
import { nodeSubjects } from '../attack/subjects/nodeSubjects';

const ACTIONS = 'nodes/WanAvatar/actions';
const SCHEMAS = 'nodes/WanAvatar/__schema__/v1.0.0';
const ATTACKED = 'test/attack/subjects/nodeSubjects.ts';

/** Where the documents tell what the operations of a resource do. */
const documents: Readonly<Record<string, { file: string; chapter: string }>> = {
	avatar: { file: 'docs/generate.md', chapter: 'Generate' },
	endpoint: { file: 'docs/deploy.md', chapter: 'From n8n' },
	job: { file: 'docs/jobs.md', chapter: 'Jobs' },
	template: { file: 'docs/templates-and-videos.md', chapter: 'Template' },
	video: { file: 'docs/templates-and-videos.md', chapter: 'Video' },
};

/** `resource:operation` of every file that is one. */
const written = namesIn(`${ACTIONS}/*/*.operation.ts`, '.operation.ts');

const listed: ReadonlyMap<string, ListedOperation> = new Map(
	resources.flatMap(({ option: { value }, operations }) =>
		[...operations].map(([name, operation]) => [`${String(value)}:${name}`, operation]),
	),
);

/** Everything that an operation needs beside its own file, and has not. */
function missingFor(name: string): string[] {
	const [resource = '', operation = ''] = name.split(':');
	const schema = `${SCHEMAS}/${resource}/${operation}.json`;
	const missing = [
		...(existsSync(schema) ? [] : [`${schema}: its output, by "npm run schemas"`]),
		...(nodeSubjects.some((subject) => subject.name === name) ? [] : [`${ATTACKED}: ${name}`]),
	];
	const inForm = listed.get(name);
	if (!inForm) return [`${ACTIONS}/${resource}/${resource}.resource.ts: ${name}`, ...missing];
	const { option, description } = inForm;
	return [
		...missing,
		...(option.description ? [] : [`the description of ${name}`]),
		...description
			.filter(({ displayOptions }) => !isShownFor(displayOptions?.show, resource, operation))
			.map(({ name: field }) => `displayOptions of the field ${field}: ${name} alone`),
		...undocumented(resource, option.name),
	];
}

function isShownFor(show: object | undefined, resource: string, operation: string): boolean {
	const { resource: ofResource, operation: ofOperation } = { resource: [], operation: [], ...show };
	return String(ofResource) === resource && String(ofOperation) === operation;
}

function undocumented(resource: string, name: string): string[] {
	const place = documents[resource];
	if (!place) return [`documents of test/house/operations.test.ts: the resource ${resource}`];
	const { file, chapter } = place;
	const chapters = readFileSync(file, 'utf8').split(/^#+ /m);
	const text = chapters.find((one) => one.startsWith(`${chapter}\n`)) ?? '';
	const isThere = new RegExp(`^\\| _?${name}_? +\\||\\*\\*\\w+: ${name}\\*\\*`, 'm').test(text);
	return isThere ? [] : [`${file}, "${chapter}": ${name}`];
}

function namesIn(pattern: string, suffix: string): string[] {
	return globSync(pattern).map((path) => {
		const [folder = ''] = path.split(/[\\/]/).slice(-2);
		return `${folder}:${basename(path, suffix)}`;
	});
}

it.each(written)('%s has all that an operation needs', (name) => {
	expect(missingFor(name)).toEqual([]);
});

it('every operation of the form has a file of its name, and so every output schema', () => {
	expect([...listed.keys()].sort()).toEqual([...written].sort());
	expect(namesIn(`${SCHEMAS}/*/*.json`, '.json').sort()).toEqual([...written].sort());
});

it('every resource starts with one of its operations', () => {
	for (const { description, operations } of resources)
		expect([...operations.keys()]).toContain(description[0]?.default);
});

describe('what is planted is found', () => {
	it('an operation of which there is nothing but its name', () => {
		expect(missingFor('video:isNowhere')).toEqual([
			'nodes/WanAvatar/actions/video/video.resource.ts: video:isNowhere',
			'nodes/WanAvatar/__schema__/v1.0.0/video/isNowhere.json: its output, by "npm run schemas"',
			'test/attack/subjects/nodeSubjects.ts: video:isNowhere',
		]);
	});

	it('an operation that no document tells of', () => {
		expect(undocumented('video', 'Is Nowhere')).toEqual([
			'docs/templates-and-videos.md, "Video": Is Nowhere',
		]);
		expect(undocumented('video', 'Upload')).toHaveLength(1);
		expect(undocumented('template', 'Upload')).toEqual([]);
	});

	it('a field that shows for another operation too', () => {
		expect(isShownFor({ resource: ['video'] }, 'video', 'get')).toBe(false);
		expect(isShownFor({ resource: ['video'], operation: ['get'] }, 'video', 'get')).toBe(true);
	});
});
