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
			displayName: 'Username',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. dexsynccom',
			description: 'The Docker Hub user who may pull the image of the worker',
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
