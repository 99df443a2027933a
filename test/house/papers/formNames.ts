import type { ICredentialType, INodeProperties } from 'n8n-workflow';
import { ContainerRegistryApi } from '../../../credentials/ContainerRegistryApi.credentials';
import { MinioApi } from '../../../credentials/MinioApi.credentials';
import { RunPodApi } from '../../../credentials/RunPodApi.credentials';
import { WanAvatar } from '../../../nodes/WanAvatar/WanAvatar.node';
import { WanAvatarTrigger } from '../../../nodes/WanAvatarTrigger/WanAvatarTrigger.node';
import { resources } from '../../../nodes/WanAvatar/actions/registry';

const credentials: ICredentialType[] = [
	new ContainerRegistryApi(),
	new MinioApi(),
	new RunPodApi(),
];

/** Every field, with those inside of collections and locators. */
export const fields: readonly INodeProperties[] = [
	...new WanAvatar().description.properties,
	...new WanAvatarTrigger().description.properties,
	...credentials.flatMap(({ properties }) => properties),
].flatMap(withInner);

function withInner(field: INodeProperties): INodeProperties[] {
	const inner = (field.options ?? []).flatMap((option) => {
		if ('values' in option) return option.values.flatMap(withInner);
		return 'type' in option ? withInner(option) : [];
	});
	return [
		field,
		...inner,
		...(field.modes ?? []).map(({ displayName, name }) => choice(displayName, name)),
	];
}

/** The mode of a locator is chosen as an option is. */
function choice(displayName: string, name: string): INodeProperties {
	return { displayName, name, type: 'string', default: '' };
}

/** A unit in brackets is left out where a name stands in a sentence. */
export function withoutUnit(name: string): string {
	return name.replace(/ \([^)]*\)$/, '');
}

/** What can be chosen in a field. */
function choices({ options = [] }: INodeProperties): string[] {
	return options.flatMap((option) => {
		if ('values' in option) return [option.displayName];
		return 'type' in option ? [] : [option.name];
	});
}

/** Names of `Resource: Operation` and `Field: Choice`. */
const pairs: readonly string[] = [
	...resources.flatMap(({ option, operations }) =>
		[...operations.values()].map((operation) => `${option.name}: ${operation.option.name}`),
	),
	...fields.flatMap((field) =>
		choices(field).map((name) => `${withoutUnit(field.displayName)}: ${name}`),
	),
];

const single: readonly string[] = [
	...fields.flatMap((field) => [
		field.displayName,
		withoutUnit(field.displayName),
		...choices(field),
	]),
	...resources.flatMap(({ option, operations }) => [
		option.name,
		...[...operations.values()].map((operation) => operation.option.name),
	]),
	...credentials.map(({ displayName }) => displayName),
	new WanAvatar().description.displayName,
];

/** Every name of the form and of the credentials. */
export const names: ReadonlySet<string> = new Set([...single, ...pairs]);
