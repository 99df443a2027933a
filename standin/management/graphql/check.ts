import type { Operation, Selection, Value } from './document';
import { bare, ENUMS, INPUTS, OBJECTS } from './types';
import { isObject } from '../schema';

/** What is wrong with a request, in the words of GraphQL; nothing when it is right. */
export function faultsIn(
	operation: Operation,
	variables: Readonly<Record<string, unknown>>,
): string[] {
	const root = operation.type === 'mutation' ? 'Mutation' : 'Query';
	return [
		...selectionFaults(root, operation.selections, operation),
		...variableFaults(operation, variables),
	];
}

function selectionFaults(
	type: string,
	selections: readonly Selection[],
	operation: Operation,
): string[] {
	return selections.flatMap(({ name, args, selections: inner }) => {
		const field = OBJECTS[type]?.[name];
		if (!field) return [`Cannot query field "${name}" on type "${type}".`];
		const of = bare(field.type);
		const isLeaf = !(of in OBJECTS);
		if (isLeaf && inner.length > 0)
			return [
				`Field "${name}" must not have a selection since type "${field.type}" has no subfields.`,
			];
		if (!isLeaf && inner.length === 0)
			return [`Field "${name}" of type "${field.type}" must have a selection of subfields.`];
		return [
			...argumentFaults(`${type}.${name}`, args, field.args ?? {}, operation),
			...selectionFaults(of, inner, operation),
		];
	});
}

function argumentFaults(
	field: string,
	args: Readonly<Record<string, Value>>,
	known: Readonly<Record<string, string>>,
	operation: Operation,
): string[] {
	const strange = Object.keys(args).filter((name) => !Object.hasOwn(known, name));
	return [
		...strange.map((name) => `Unknown argument "${name}" on field "${field}".`),
		...Object.entries(known).flatMap(([name, type]) => {
			const given = args[name];
			if (given === undefined)
				return type.endsWith('!')
					? [
							`Field "${field}" argument "${name}" of type "${type}" is required, but it was not provided.`,
						]
					: [];
			return literalFaults(given, type, name, operation);
		}),
	];
}

/** A variable must have been declared with a fitting type; what stands in the text must be of the type itself. */
function literalFaults(given: Value, type: string, at: string, operation: Operation): string[] {
	if (given.kind !== 'variable') return valueFaults(plain(given), type, at);
	const declared = operation.variables[given.name];
	if (declared === undefined) return [`Variable "$${given.name}" is not defined.`];
	const fits = declared === type || declared === `${type}!`;
	return fits
		? []
		: [
				`Variable "$${given.name}" of type "${declared}" used in position expecting type "${type}".`,
			];
}

function variableFaults(
	{ variables: declared }: Operation,
	given: Readonly<Record<string, unknown>>,
): string[] {
	return Object.entries(declared).flatMap(([name, type]) => {
		const known = /^(String|Int|ID|Boolean|Float)$/.test(bare(type)) || bare(type) in INPUTS;
		if (!known) return [`Unknown type "${bare(type)}".`];
		return valueFaults(given[name], type, `Variable "$${name}"`);
	});
}

function valueFaults(value: unknown, type: string, at: string): string[] {
	if (type.endsWith('!')) {
		if (value === undefined || value === null)
			return [`${at} of required type "${type}" was not provided.`];
		return valueFaults(value, type.slice(0, -1), at);
	}
	if (value === undefined || value === null) return [];
	if (type.startsWith('[')) {
		const items: unknown[] = Array.isArray(value) ? value : [value];
		return items.flatMap((item, i) => valueFaults(item, type.slice(1, -1), `${at}[${String(i)}]`));
	}
	const input = INPUTS[type];
	if (input) return inputFaults(value, type, input, at);
	return isScalar(value, type)
		? []
		: [`${at} got invalid value ${JSON.stringify(value)}; Expected type "${type}".`];
}

function inputFaults(
	value: unknown,
	type: string,
	known: Readonly<Record<string, string>>,
	at: string,
): string[] {
	if (!isObject(value))
		return [`${at} got invalid value; Expected type "${type}" to be an object.`];
	const strange = Object.keys(value).filter((name) => !Object.hasOwn(known, name));
	return [
		...strange.map(
			(name) => `${at} got invalid value; Field "${name}" is not defined by type "${type}".`,
		),
		...Object.entries(known).flatMap(([name, of]) => valueFaults(value[name], of, `${at}.${name}`)),
	];
}

function isScalar(value: unknown, type: string): boolean {
	if (type in ENUMS) return typeof value === 'string' && ENUMS[type]?.includes(value) === true;
	if (type === 'Int') return Number.isInteger(value);
	return type === 'Boolean' ? typeof value === 'boolean' : typeof value === 'string';
}

/** The value of what stands in the text of a request; a variable counts as nothing here. */
export function plain(value: Value): unknown {
	switch (value.kind) {
		case 'literal':
			return value.value;
		case 'enum':
			return value.name;
		case 'list':
			return value.items.map(plain);
		case 'object':
			return Object.fromEntries(
				Object.entries(value.fields).map(([name, field]) => [name, plain(field)]),
			);
		case 'variable':
			return undefined;
	}
}
