import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

export class ContainerRegistryApi implements ICredentialType {
	name = 'containerRegistryApi';

	displayName = 'Container Registry API';

	icon: Icon = {
		light: 'file:containerRegistryApi.svg',
		dark: 'file:containerRegistryApi.dark.svg',
	};

	documentationUrl = 'https://docs.docker.com/security/access-tokens/';

	properties: INodeProperties[] = [
		{
			displayName: 'Registry',
			name: 'registry',
			type: 'string',
			default: 'docker.io',
			placeholder: 'e.g. ghcr.io',
			description:
				'Where the image of the worker is, as its name begins; without one in the name it is Docker Hub (docker.io). The test of this credential logs in there.',
		},
		{
			displayName: 'Username',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. dexsynccom',
			description: 'The user of the registry who may pull the image of the worker',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The password, or better an access token that may only read',
		},
	];
}
