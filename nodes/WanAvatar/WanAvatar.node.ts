import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	NodeConnectionType,
} from 'n8n-workflow';
import { resources } from './actions/registry';
import { route } from './actions/router';
import { containerRegistryApiTest } from './methods/credentialTest/containerRegistryApi';
import { minioApiTest } from './methods/credentialTest/minioApi';
import { runPodApiTest } from './methods/credentialTest/runPodApi';
import { searchEndpoints } from './methods/listSearch/searchEndpoints';
import { searchPortraits } from './methods/listSearch/searchPortraits';
import { searchTemplates } from './methods/listSearch/searchTemplates';

// n8n-workflow has NodeConnectionTypes from 1.83 (n8n 1.85) on only.
const MAIN: NodeConnectionType = 'main';

export class WanAvatar implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wan Avatar',
		name: 'wanAvatar',
		icon: { light: 'file:wanAvatar.svg', dark: 'file:wanAvatar.dark.svg' },
		group: ['transform'],
		version: 1,
		// "getStatus" and "job" become "Get Status: Job".
		subtitle:
			'={{ [$parameter["operation"], $parameter["resource"]].map((name) => name.replace(/[A-Z]/g, " $&").replace(/^./, (first) => first.toUpperCase())).join(": ") }}',
		description: 'Turn a portrait and a driving video into an avatar video',
		defaults: { name: 'Wan Avatar' },
		usableAsTool: true,
		inputs: [MAIN],
		outputs: [MAIN],
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
				displayName: 'MinIO API (Optional)',
				required: false,
				testedBy: 'minioApiTest',
			},
			{
				name: 'containerRegistryApi',
				displayName: 'Container Registry API (Optional)',
				required: false,
				testedBy: 'containerRegistryApiTest',
				displayOptions: { show: { resource: ['endpoint'] } },
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
		listSearch: { searchEndpoints, searchPortraits, searchTemplates },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await route(this)];
	}
}
