import * as z from 'zod/v4';
import { filledField as filled } from '../../base/data/text';
import { Secret } from '../../base/data/secret';
import { WanAvatarError } from '../../base/errors/errors';

/** Who may pull the image of the worker. */
export interface ContainerRegistrySettings {
	username: string;
	password: Secret;
}

const credential = z.object({
	username: filled('Username').refine((value) => !/\s/.test(value), {
		message: 'Username must be a Docker Hub user name, which has no spaces',
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
