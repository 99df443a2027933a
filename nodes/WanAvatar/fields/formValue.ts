import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { isResourceLocatorValue } from 'n8n-workflow';
import { InvalidInput } from '../../../lib/base/errors/invalidInput';

type Field = Pick<INodeProperties, 'displayName' | 'name' | 'default'>;

// Blanks that come with copying, also those that nobody sees: of width zero, or for the direction of writing.
const AROUND = /^[\s\u200B-\u200F\u2060]+|[\s\u200B-\u200F\u2060]+$/g;

/** An ID, a name or a path without blanks around it; what is no text stays as it is. */
export function trimmed(given: unknown): unknown {
	return typeof given === 'string' ? given.replace(AROUND, '') : given;
}

/** A field of the form that holds an ID, a name or a path. */
export function readTrimmed(
	context: IExecuteFunctions,
	item: number,
	name: string,
	fallback?: string,
): unknown {
	return trimmed(context.getNodeParameter(name, item, fallback));
}

/**
 * The same of a field where a thing can be chosen in several ways: the text, and the way, which a bare text of an
 * expression has not. What is chosen from a list is as it is there.
 */
export function readLocator(
	context: IExecuteFunctions,
	item: number,
	name: string,
): { mode: string | undefined; value: unknown } {
	const given: unknown = context.getNodeParameter(name, item, '');
	if (!isResourceLocatorValue(given)) return { mode: undefined, value: trimmed(given) };
	const { mode, value } = given;
	return { mode, value: mode === 'list' ? value : trimmed(value) };
}

/**
 * A switch of the form. A text such as 'true' is neither on nor off.
 * @throws InvalidInput
 */
export function readSwitch(context: IExecuteFunctions, item: number, field: Field): boolean {
	return onOrOff(context.getNodeParameter(field.name, item, field.default), field);
}

/**
 * A switch among the options, which is off where it is not added.
 * @throws InvalidInput
 */
export function readSwitchOption(options: unknown, field: Field): boolean {
	return onOrOff(Reflect.get(Object(options), field.name) ?? false, field);
}

/** The options of a collection that are added, by their names. */
export function addedOptions(options: unknown): ReadonlyMap<string, unknown> {
	const fields = typeof options === 'object' && options !== null ? options : {};
	return new Map<string, unknown>(Object.entries(fields));
}

function onOrOff(given: unknown, { displayName }: Field): boolean {
	if (typeof given === 'boolean') return given;
	throw new InvalidInput([{ field: displayName, message: 'must be on or off' }]);
}

/**
 * A text of the form that may be empty; an expression may give a number.
 * @throws InvalidInput when it is no text, or holds what no key and no name can hold
 */
export function checkText(given: unknown, { displayName }: Field): string {
	const refuse = (message: string) => new InvalidInput([{ field: displayName, message }]);
	if (given === undefined || given === null) return '';
	if (typeof given === 'number') return String(given);
	if (typeof given !== 'string') throw refuse('must be a text');
	if (/\p{Surrogate}/u.test(given))
		throw refuse('holds half of a character (a lone surrogate): remove it');
	if (/\p{Cc}/u.test(given)) throw refuse('holds a control character: remove it');
	return given;
}
