import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
	NodeConnectionType,
} from 'n8n-workflow';
import { useMinio } from '../WanAvatar/fields/credentialChoice';
import { minioApiTest } from '../WanAvatar/methods/credentialTest/minioApi';
import { runPodApiTest } from '../WanAvatar/methods/credentialTest/runPodApi';
import { checkCredential } from './activation';
import { receiveCallback } from './callback';
import { properties } from './fields';

// n8n-workflow has NodeConnectionTypes from 1.83 (n8n 1.85) on only.
const MAIN: NodeConnectionType = 'main';

export class WanAvatarTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wan Avatar Trigger',
		name: 'wanAvatarTrigger',
		icon: { light: 'file:wanAvatarTrigger.svg', dark: 'file:wanAvatarTrigger.dark.svg' },
		group: ['trigger'],
		// A list, and so no "Custom API Call": n8n offers it where the version equals defaultVersion, or there is none.
		version: [1],
		defaultVersion: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		// n8n's nodes panel shows one entry for both nodes, with the words of the trigger.
		description:
			'Turn a portrait and a driving video into an avatar video, or start a workflow when RunPod says that its job has ended',
		defaults: { name: 'Wan Avatar Trigger' },
		inputs: [],
		outputs: [MAIN],
		credentials: [
			{
				name: 'runPodApi',
				displayName: 'RunPod API',
				required: true,
				testedBy: 'runPodApiTest',
			},
			{
				name: 'minioApi',
				displayName: 'MinIO API',
				required: true,
				testedBy: 'minioApiTest',
				displayOptions: { show: { [useMinio.name]: [true] } },
			},
		],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				// Else n8n answers with the name of its default.
				responseData: '',
				// After n8n's own UUID of the node: a copy in another workflow has an address of its own.
				path: '={{ $workflow.id }}',
			},
		],
		properties,
	};

	methods = {
		credentialTest: { runPodApiTest, minioApiTest },
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				await checkCredential(this);
				return true;
			},
			// RunPod has no registration: the address goes along with each job.
			async create(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveCallback(this);
	}
}
