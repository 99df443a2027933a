import * as z from 'zod/v4';
import { jobReport } from '../../../lib/generation/report/reportFields';
import { resources } from '../../../nodes/WanAvatar/actions/registry';
import {
	JOB_REPORT,
	type OutputFields,
	type OutputType,
} from '../../../nodes/WanAvatar/n8n/outputs';

export const SCHEMAS_FOLDER = 'nodes/WanAvatar/__schema__/v1.0.0';

/** n8n looks there for a node without resources. */
export const TRIGGER_SCHEMA = 'nodes/WanAvatarTrigger/__schema__/v1.0.0.json';

/** The output schema of the trigger as the text of its file: the report of a job. */
export function triggerSchema(): string {
	return textOf(reportTypes());
}

/** Every output schema as the text of its file, by `<resource>/<operation>`: n8n's editor shows them before a run. */
export function outputSchemas(): Map<string, string> {
	const report = reportTypes();
	return new Map(
		resources.flatMap(({ option: { value }, operations }) =>
			[...operations].map(([name, { outputs }]): [string, string] => {
				const fields = outputs === JOB_REPORT ? report : outputs;
				return [`${String(value)}/${name}`, textOf(fields)];
			}),
		),
	);
}

function reportTypes(): OutputFields {
	const types = Object.entries(jobReport.shape).map(
		([name, schema]) => [name, typeOf(name, schema)] as const,
	);
	return Object.fromEntries(types);
}

function textOf(fields: OutputFields): string {
	return `${JSON.stringify({ ...schemaOf(fields), version: 1 }, undefined, '\t')}\n`;
}

function schemaOf(type: OutputType): object {
	if (typeof type === 'string') return { type };
	if (isList(type)) {
		const [items] = type;
		return { type: 'array', items: schemaOf(items) };
	}
	const properties = Object.entries(type).map(([name, field]) => [name, schemaOf(field)] as const);
	return { type: 'object', properties: Object.fromEntries(properties) };
}

function isList(type: OutputFields | readonly [OutputType]): type is readonly [OutputType] {
	return Array.isArray(type);
}

function typeOf(name: string, schema: unknown): OutputType {
	if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
		return typeOf(name, schema.unwrap());
	if (schema instanceof z.ZodString) return 'string';
	if (schema instanceof z.ZodNumber) return schema.format === 'safeint' ? 'integer' : 'number';
	if (schema instanceof z.ZodBoolean) return 'boolean';
	if (schema instanceof z.ZodArray) return [typeOf(name, schema.element)];
	// JSON of any kind, and null as a rule.
	if (schema instanceof z.ZodPipe) return 'null';
	throw new Error(`outputSchemas.ts does not know the type of ${name}: add it to typeOf`);
}
