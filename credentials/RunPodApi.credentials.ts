import type { IAuthenticateGeneric, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

export class RunPodApi implements ICredentialType {
	name = 'runPodApi';

	displayName = 'RunPod API';

	icon: Icon = {
		light: 'file:runPodApi.svg',
		dark: 'file:runPodApi.dark.svg',
	};

	documentationUrl = 'https://docs.runpod.io/get-started/api-keys';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'From Settings, API Keys in the RunPod console',
		},
		{
			displayName: 'Endpoint ID',
			name: 'endpointId',
			type: 'string',
			default: '',
			placeholder: 'e.g. abc123def456',
			description:
				'The serverless endpoint that runs the Wan avatar worker. The address RunPod shows for it, such as https://api.runpod.ai/v2/abc123def456, is understood too.',
		},
		{
			displayName: 'Queue API Base URL',
			name: 'queueBaseUrl',
			type: 'string',
			default: 'https://api.runpod.ai/v2',
			description: 'Where jobs are submitted and followed. Leave as it is for RunPod itself.',
		},
		{
			displayName: 'Management API Base URL',
			name: 'managementBaseUrl',
			type: 'string',
			default: 'https://api.runpod.io/v2',
			description: 'Where endpoints are listed and deployed. Leave as it is for RunPod itself.',
		},
		{
			displayName: 'GraphQL API URL',
			name: 'graphqlUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://api.runpod.io/graphql',
			description:
				'Where the cached model of an endpoint is set. Leave blank for the one at the host of the management API.',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};
}
