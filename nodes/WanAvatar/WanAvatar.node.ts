import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import * as avatar from './avatar/avatar.resource';
import { containerRegistryApiTest } from './credentialTest/containerRegistryApi';
import { minioApiTest } from './credentialTest/minioApi';
import { runPodApiTest } from './credentialTest/runPodApi';
import * as endpoint from './endpoint/endpoint.resource';
import * as job from './job/job.resource';
import { searchEndpoints } from './listSearch/searchEndpoints';
import { searchPortraits } from './listSearch/searchPortraits';
import { searchTemplates } from './listSearch/searchTemplates';
import { route } from './router';
import * as template from './template/template.resource';
import * as video from './video/video.resource';

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
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
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
				options: [avatar.option, endpoint.option, job.option, template.option, video.option],
				default: 'avatar',
			},
			...avatar.description,
			...endpoint.description,
			...job.description,
			...template.description,
			...video.description,
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
