import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { addedOptions } from './formValue';

/** The groups into which operations sort their options, in the order of the form. */
const GROUPS = {
	output: { displayName: 'Output Options', name: 'outputOptions', placeholder: 'Add option' },
	links: { displayName: 'Link Options', name: 'linkOptions', placeholder: 'Add option' },
	waiting: { displayName: 'Waiting Options', name: 'waitingOptions', placeholder: 'Add option' },
	limits: { displayName: 'Limits', name: 'limits', placeholder: 'Add limit' },
	worker: { displayName: 'Worker Options', name: 'workerOptions', placeholder: 'Add option' },
} as const;

/** An option, and where the form shows it. */
export interface GroupedOption {
	group: keyof typeof GROUPS;
	property: INodeProperties;
}

/** The fields of the form that hold these options: one for each group that has any. */
export function optionGroups(options: readonly GroupedOption[]): INodeProperties[] {
	const groups = Object.entries(GROUPS).map(([group, field]): INodeProperties => ({
		...field,
		type: 'collection',
		default: {},
		options: options.filter((one) => one.group === group).map(({ property }) => property),
	}));
	return groups.filter(({ options: members = [] }) => members.length > 0);
}

/** The options of all groups that are added, by their names. */
export function readOptions(
	context: IExecuteFunctions,
	item: number,
): Readonly<Record<string, unknown>> {
	return readOptionsBy((name) => context.getNodeParameter(name, item, {}));
}

/** The same of a form whose fields are read another way. */
export function readOptionsBy(read: (name: string) => unknown): Readonly<Record<string, unknown>> {
	const added = Object.values(GROUPS).flatMap(({ name }) => [...addedOptions(read(name))]);
	// An added option whose expression gives nothing must not pass for one that is not added: a limit would be gone.
	return Object.fromEntries(added.map(([name, value]) => [name, value ?? null]));
}
