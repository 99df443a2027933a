import * as z from 'zod/v4';
import { anyObject, fromJson } from '../../base/data/json';
import { Secret } from '../../base/data/secret';
import { modelAddress, modelReferenceIn, REVISION } from './modelReference';
import { variableDefault, type VariableName } from './variables';

/** A variable that is set to nothing is as good as not set. */
export function isBlank(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}

function unblank(name: VariableName) {
	return (value: unknown): unknown => (isBlank(value) ? variableDefault(name) : value);
}

function variable<T extends z.ZodType>(name: VariableName, rule: T) {
	return z.preprocess(unblank(name), rule);
}

function plainText(hint: string) {
	return z
		.union([z.string(), z.number(), z.boolean()], {
			error: ({ input }) =>
				input === undefined ? `is missing: ${hint}` : `is not a text: ${hint}`,
		})
		.transform((value) => String(value).trim());
}

/** Text that must be there; `hint` says what to give. */
export function requiredText(name: VariableName, hint: string, pattern = /^[^\p{Cc}]+$/u) {
	return variable(
		name,
		plainText(hint).refine((value) => pattern.test(value), `is malformed: ${hint}`),
	);
}

/** Text that may be left out. */
export function optionalText(name: VariableName, hint: string, pattern = /^[^\p{Cc}]+$/u) {
	return variable(
		name,
		plainText(hint)
			.refine((value) => pattern.test(value), `is malformed: ${hint}`)
			.optional(),
	);
}

/** A secret that must be there. */
export function requiredSecret(name: VariableName, hint: string, pattern?: RegExp) {
	return requiredText(name, hint, pattern).transform((value) => new Secret(value));
}

/** A secret that may be left out. */
export function optionalSecret(name: VariableName, hint: string, pattern?: RegExp) {
	return optionalText(name, hint, pattern).transform((value) =>
		value === undefined ? undefined : new Secret(value),
	);
}

/** A whole number within bounds, as number or text. */
export function wholeNumber(name: VariableName, min: number, max: number) {
	const fault = `must be a whole number from ${String(min)} to ${String(max)}`;
	return variable(
		name,
		numeric(fault).refine((value) => Number.isInteger(value) && isWithin(min, max)(value), fault),
	);
}

/** A number within bounds, as number or text. */
export function decimal(name: VariableName, min: number, max: number) {
	const fault = `must be a number from ${String(min)} to ${String(max)}`;
	return variable(name, numeric(fault).refine(isWithin(min, max), fault));
}

function numeric(fault: string) {
	return z.union([z.number(), z.string()], { error: fault }).transform(Number);
}

function isWithin(min: number, max: number) {
	return (value: number): boolean => value >= min && value <= max;
}

const WORDS = new Map([
	['true', true],
	['1', true],
	['yes', true],
	['on', true],
	['false', false],
	['0', false],
	['no', false],
	['off', false],
]);

/** true or false, in one of the usual words. */
export function truth(name: VariableName) {
	return variable(
		name,
		z.union([z.string(), z.number(), z.boolean()], { error: 'must be true or false' }),
	).transform((value, context) => {
		const found = WORDS.get(String(value).trim().toLowerCase());
		if (found !== undefined) return found;
		context.addIssue({ code: 'custom', message: 'must be true or false' });
		return z.NEVER;
	});
}

/** Words with commas between them, or a JSON list of words; each fits the pattern. */
export function words(name: VariableName, hint: string, pattern: RegExp) {
	const fault = `is malformed: ${hint}`;
	return variable(
		name,
		z
			.union([z.array(z.string()), z.string().transform(splitWords)], { error: fault })
			.default([])
			.refine((list) => list.every((word) => pattern.test(word)), fault),
	);
}

function splitWords(text: string): string[] {
	return text
		.split(',')
		.map((word) => word.trim())
		.filter((word) => word !== '');
}

const secrets = anyObject
	.transform((object) => Object.entries(object))
	.pipe(
		z.array(
			z.tuple([
				z.string().regex(/^(?!__proto__$)[A-Za-z_]\w*$/),
				z.string().transform((value) => new Secret(value)),
			]),
		),
	)
	.transform((entries) => Object.fromEntries(entries));

/** A JSON object of texts, or the text of one; each may be a secret. */
export function secretRecord(name: VariableName) {
	const fault = 'must be a JSON object of texts, such as {"LOG_LEVEL": "debug"}';
	return variable(name, z.union([z.string(), anyObject], { error: fault }).default({})).transform(
		(value, context) => {
			const { success, data } = secrets.safeParse(
				typeof value === 'string' ? fromJson(value) : value,
			);
			if (success) return data;
			context.addIssue({ code: 'custom', message: fault });
			return z.NEVER;
		},
	);
}

const NO_MODEL = 'none';

/** A model of Hugging Face, as RunPod takes it; null where it is said that there is to be none. */
export function model(name: VariableName) {
	const hint = 'give an address such as https://huggingface.co/Org/Model, or none';
	return variable(
		name,
		z.union([z.string(), z.array(z.never())], { error: `is malformed: ${hint}` }).optional(),
	).transform((value, context) => {
		const text = typeof value === 'string' ? value.trim() : NO_MODEL;
		if (text.toLowerCase() === NO_MODEL) return null;
		const found = modelReferenceIn(text);
		if (found && REVISION.test(found.revision)) return modelAddress(found);
		const message = found
			? `names the revision "${found.revision}": give main or a commit of 40 characters, since RunPod shows a commit for whatever was given, and a branch or tag could not be compared`
			: `is malformed: ${hint}`;
		context.addIssue({ code: 'custom', message });
		return z.NEVER;
	});
}
