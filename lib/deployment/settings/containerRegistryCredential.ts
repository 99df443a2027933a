import * as z from 'zod/v4';
import { filledField as filled, textOfField } from '../../base/data/text';
import { Secret } from '../../base/data/secret';
import { WanAvatarError } from '../../base/errors/errors';

/** Who may pull the image of the worker. */
export interface ContainerRegistrySettings {
	username: string;
	password: Secret;
	/** Host, or host and port, where the login is tested; RunPod itself goes by the name of the image. */
	registry: string;
}

const DOCKER_HUB = 'registry-1.docker.io';
/** Names under which people know it. */
const OF_DOCKER_HUB = /^$|^((index|hub|registry\.hub|registry-1)\.)?docker\.(io|com)$/;

const registry = textOfField
	.transform((given) =>
		given
			.toLowerCase()
			.replace(/^https?:\/\//, '')
			.replace(/\/.*$/, ''),
	)
	.transform((host) => (OF_DOCKER_HUB.test(host) ? DOCKER_HUB : host))
	.refine(
		(host) =>
			/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/.test(host) && URL.canParse(`https://${host}`),
		{
			message: 'Registry must be a host such as ghcr.io',
		},
	);

const credential = z.object({
	registry,
	username: filled('Username').refine((value) => !/\s/.test(value), {
		message: 'Username must be a user name, which has no spaces',
	}),
	password: filled('Password').transform((value) => new Secret(value)),
});

/**
 * Reads the data of a *Container Registry API* credential.
 * @throws WanAvatarError INVALID_CREDENTIAL naming the field
 */
export function parseContainerRegistry(data: unknown): ContainerRegistrySettings {
	const parsed = credential.safeParse(data);
	if (parsed.success) return parsed.data;
	const messages = parsed.error.issues.map(({ message }) => message).join('; ');
	throw new WanAvatarError('INVALID_CREDENTIAL', `Container registry credential: ${messages}`, {
		remedy: 'Open the Container Registry API credential of this node and correct it.',
	});
}
