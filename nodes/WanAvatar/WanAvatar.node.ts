import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
	NodeConnectionType,
} from 'n8n-workflow';
import { resources } from './actions/registry';
import { route } from './actions/router';
import { needsNoMinio, privateImage, useMinio } from './fields/credentialChoice';
import { containerRegistryApiTest } from './methods/credentialTest/containerRegistryApi';
import { minioApiTest } from './methods/credentialTest/minioApi';
import { runPodApiTest } from './methods/credentialTest/runPodApi';
import { searchBinaryFields } from './methods/listSearch/searchBinaryFields';
import { searchEndpoints } from './methods/listSearch/searchEndpoints';
import { searchPortraits } from './methods/listSearch/searchPortraits';
import { answerCallback, callbackWebhooks } from './n8n/suspend/callback';
import { searchTemplates } from './methods/listSearch/searchTemplates';

// n8n-workflow has NodeConnectionTypes from 1.83 (n8n 1.85) on only.
const MAIN: NodeConnectionType = 'main';

export class WanAvatar implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wan Avatar',
		name: 'wanAvatar',
		icon: { light: 'file:wanAvatar.svg', dark: 'file:wanAvatar.dark.svg' },
		group: ['transform'],
		// A list, and so no "Custom API Call": n8n offers it where the version equals defaultVersion, or there is none.
		version: [1],
		defaultVersion: 1,
		// "getStatus" and "job" become "Get Status: Job".
		subtitle:
			'={{ [$parameter["operation"], $parameter["resource"]].map((name) => name.replace(/[A-Z]/g, " $&").replace(/^./, (first) => first.toUpperCase())).join(": ") }}',
		description: 'Turn a portrait and a driving video into an avatar video',
		defaults: { name: 'Wan Avatar' },
		usableAsTool: true,
		waitingNodeTooltip: 'The execution sleeps until RunPod calls it back',
		webhooks: callbackWebhooks,
		inputs: [MAIN],
		outputs: [MAIN],
		// Each shows only where it must be filled: into a new node n8n's editor puts the one of those that show that was changed last,
		// and no other. Each name stands once: n8n looks at the first entry of a name alone.
		credentials: [
			{
				name: 'runPodApi',
				displayName: 'RunPod API',
				required: true,
				testedBy: 'runPodApiTest',
				displayOptions: { show: { resource: ['avatar', 'endpoint', 'job'] } },
			},
			{
				name: 'minioApi',
				displayName: 'MinIO API',
				required: true,
				testedBy: 'minioApiTest',
				displayOptions: { hide: { [useMinio.name]: [false], [needsNoMinio.name]: [true] } },
			},
			{
				name: 'containerRegistryApi',
				displayName: 'Container Registry API',
				required: true,
				testedBy: 'containerRegistryApiTest',
				displayOptions: {
					show: {
						resource: ['endpoint'],
						operation: ['plan', 'deploy'],
						[privateImage.name]: [true],
					},
				},
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: resources.map(({ option }) => option),
				default: 'avatar',
			},
			...resources.flatMap(({ description }) => description),
		],
	};

	methods = {
		credentialTest: { runPodApiTest, minioApiTest, containerRegistryApiTest },
		listSearch: { searchBinaryFields, searchEndpoints, searchPortraits, searchTemplates },
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerCallback(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await route(this)];
	}
}
