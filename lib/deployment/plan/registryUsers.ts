import type { Existing } from './existing';

/** Names of the templates and endpoints that pull with a registry auth, without those that go or change with it. */
export function registryUsers(
	registryId: string,
	{ templates, endpoints }: Existing['all'],
	without: readonly (string | undefined)[],
): string[] {
	return [...templates, ...endpoints]
		.filter(({ id, registry }) => registry === registryId && !without.includes(id))
		.map(({ name }) => name);
}
