import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { format, resolveConfig } from 'prettier';
import * as z from 'zod/v4';
import type { ErrorCode } from '../../../lib/base/errors/errors';
import { resources } from '../../../nodes/WanAvatar/actions/registry';
import { properties as triggerFields } from '../../../nodes/WanAvatarTrigger/fields';
import { outputSchemas, triggerSchema } from './outputSchemas';

export const PAGE = 'docs/operations.md';

const INTRODUCTION = `# Operations

Every operation of the node with its fields, what comes out, and the errors. This page is written by \`npm run operations\`
from the node itself. How things are used is in the [README](../README.md), [jobs](jobs.md),
[templates and videos](templates-and-videos.md) and [deploy](deploy.md).

Fields take expressions, such as \`{{ $json.avatar_id }}\`, and are read anew for each item. All that is wrong with an item is
said before anything is sent. With *Continue On Fail* an error comes as \`error\`, and \`details\` with its code.`;

/** What each code says; the message and what to do about it stand in the error itself. */
const ERRORS: Readonly<Record<ErrorCode, string>> = {
	INVALID_INPUT: 'A field of the item is wrong; the message names each. Nothing was sent.',
	INVALID_CREDENTIAL: 'A field of a credential is wrong.',
	UNAUTHORIZED: 'RunPod does not accept the API key.',
	FORBIDDEN: 'The API key is accepted, but may not do this.',
	ENDPOINT_NOT_FOUND: 'RunPod does not know the endpoint.',
	DOMAIN_NOT_ALLOWED: 'The credential does not allow requests to this host.',
	REQUEST_REJECTED: 'RunPod refused the request.',
	RATE_LIMITED: 'Too much was asked of RunPod (429), also after waiting.',
	UNREACHABLE: 'There was no answer.',
	UNREADABLE_ANSWER: 'The answer cannot be read, or is too large.',
	BUDGET_REACHED: 'Spending Limit is reached: the item was not sent, and a later run takes it up.',
	SUBMIT_UNKNOWN: 'Nobody knows whether a submit took effect; it is not repeated.',
	JOB_FAILED: 'The worker failed; the message has its words.',
	JOB_CANCELLED: 'The job was cancelled before it had a video.',
	JOB_TIMED_OUT: 'RunPod ended the job: its time was over.',
	JOB_WITHOUT_VIDEO: 'The job is completed, but its output names no video.',
	JOB_LOST: 'RunPod no longer knows the job.',
	DEADLINE: 'Timeout was over.',
	STOPPED: 'The workflow was stopped or timed out, or another item ended the run.',
	NOT_FOUND: 'There is no such job, object or endpoint.',
	AMBIGUOUS_NAME: 'Two endpoints, templates or registry auths have the name.',
	NAME_TAKEN: 'Something else has the name.',
	CHANGE_UNKNOWN: 'Nobody knows whether a change took effect.',
	NOT_CONFIRMED: 'What cannot be undone was not confirmed, or a job may still run.',
	WORKER_NOT_READY: 'No worker became ready in time.',
	RESTARTED_TOO_OFTEN: 'RunPod started the job over more often than Max Restarts allows.',
	VIDEO_EXISTS: 'There is a video under the output key already (If the Video Exists: Fail).',
	VIDEO_MISSING: 'The job is completed, but its video is not in the bucket.',
	VIDEO_BROKEN: 'The video in the bucket is empty or not a complete MP4.',
	STORAGE: 'MinIO refused, failed or did not answer.',
	INTERNAL: 'A fault of this package; please report it.',
};

/** The whole page, as Prettier wants it. */
export async function operationsPage(): Promise<string> {
	const schemas = outputSchemas();
	const chapters = resources.flatMap(({ option: resource, operations }) =>
		[...operations].flatMap(([name, { option, description }]) => [
			`## ${resource.name}: ${option.name}`,
			`${option.description ?? ''}.`,
			fieldsText(description),
			outputText(schemas.get(`${String(resource.value)}/${name}`)),
			exampleText(String(resource.value), name, description),
		]),
	);
	const text = [INTRODUCTION, ...chapters, ...triggerChapter(), '## Errors', errorsText()].join(
		'\n\n',
	);
	return await format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}

function triggerChapter(): string[] {
	return [
		'## Wan Avatar Trigger',
		'A node of its own: it starts the workflow when a job ends. See [the trigger](trigger.md).',
		fieldsText(triggerFields),
		outputText(triggerSchema()),
	];
}

function fieldsText(properties: readonly INodeProperties[]): string {
	const rows = properties
		.filter(({ type }) => type !== 'notice' && type !== 'hidden')
		.flatMap((one) => rowsOf(one, ''));
	if (rows.length === 0) return 'It has no fields.';
	return ['| field | type | default | what it is |', '| --- | --- | --- | --- |', ...rows].join(
		'\n',
	);
}

function rowsOf(property: INodeProperties, within: string): string[] {
	const { displayName, name, type, required, description = '', options = [] } = property;
	const label = `${within}${displayName}${required ? ' (required)' : ''}`;
	if (type === 'collection')
		return options.flatMap((one) => (isProperty(one) ? rowsOf(one, `${displayName} → `) : []));
	const isChosen = type === 'options' || type === 'multiOptions';
	const choices = isChosen ? choicesOf(options) : type;
	return [
		`| ${[`${label}<br>\`${name}\``, choices, defaultOf(property), description].map(cell).join(' | ')} |`,
	];
}

type Choice = INodeProperties | INodePropertyOptions | INodePropertyCollection;

function isProperty(one: Choice): one is INodeProperties {
	return 'type' in one;
}

function choicesOf(options: readonly Choice[]): string {
	return options.map((one) => ('value' in one ? `\`${String(one.value)}\`` : one.name)).join(', ');
}

function defaultOf({ default: fallback }: INodeProperties): string {
	// A resource locator has its text in `value`.
	const { data = '' } = z
		.union([z.string(), z.number(), z.boolean()])
		.safeParse(typeof fallback === 'object' ? Reflect.get(Object(fallback), 'value') : fallback);
	return data === '' ? '' : `\`${String(data)}\``;
}

function cell(text: string): string {
	return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

interface Schema {
	type: string;
	items?: Schema | undefined;
	properties?: Record<string, Schema> | undefined;
}

const schema: z.ZodType<Schema> = z.lazy(() =>
	z.object({
		type: z.string(),
		items: schema.optional(),
		properties: z.record(z.string(), schema).optional(),
	}),
);

function outputText(text: string | undefined): string {
	const { properties = {} } = schema.parse(JSON.parse(text ?? '{"type":"object"}'));
	const fields = Object.entries(properties).map(([name, one]) => `\`${name}\` (${typeText(one)})`);
	return `Output: ${fields.join(', ')}.`;
}

function typeText({ type, items }: Schema): string {
	if (type === 'array' && items) return `list of ${typeText(items)}`;
	return type === 'null' ? 'any' : type;
}

/** The parameters of a node that has nothing but what must be given. */
function exampleText(resource: string, operation: string, properties: INodeProperties[]): string {
	const given = properties
		.filter(
			({ required, displayOptions }) =>
				required && isShownAtFirst(displayOptions?.show, properties),
		)
		.map(({ name, ...one }) => [name, placeholderOf(one).replace(/^e\.g\. /, '')] as const);
	const parameters = { resource, operation, ...Object.fromEntries(given) };
	return `Example:\n\n\`\`\`json\n${JSON.stringify(parameters, undefined, '\t')}\n\`\`\``;
}

function placeholderOf({ placeholder, modes = [] }: Partial<INodeProperties>): string {
	return (
		placeholder ??
		modes.find((mode) => mode.type === 'string' && mode.placeholder)?.placeholder ??
		''
	);
}

/** Whether the form shows a field while all others have their defaults. */
function isShownAtFirst(show: object | undefined, properties: readonly INodeProperties[]): boolean {
	return Object.entries(show ?? {}).every(([name, values]) => {
		const other = properties.find((one) => one.name === name);
		return !other || (Array.isArray(values) && values.includes(other.default));
	});
}

function errorsText(): string {
	const rows = Object.entries(ERRORS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
	return ['| code | what it says |', '| --- | --- |', ...rows].join('\n');
}
