import { trueCosts } from '../../../../../standin/costs/serverlessBilling';
import { startStandIn, type StandIn, type StandInOptions } from '../../../../../standin/standin';
import { seedExamples } from '../../../../../standin/seedExamples';
import { located, startRig, type Rig } from '../../engine/rig';

export interface CostRig extends Omit<Rig, 'queue'> {
	standIn: StandIn;
	/** What each job has really cost so far, in USD by its ID. */
	trueCosts: () => Map<string, number>;
}

/** The node in n8n's engine before the whole stand-in, which knows what its workers cost. */
export async function startCostRig(options: StandInOptions): Promise<CostRig> {
	const standIn = await startStandIn({ fast: true, ...options });
	await seedExamples(standIn);
	const { runpod, minio } = standIn.address();
	const { endPoint, port, accessKey, secretKey, bucket } = minio;
	const { queue, ...rig } = await startRig(
		'lazy',
		{},
		{
			runPodApi: {
				apiKey: runpod.apiKey,
				endpointId: runpod.endpointId,
				queueBaseUrl: runpod.baseUrl,
				managementBaseUrl: runpod.managementBaseUrl,
			},
			minioApi: {
				endpoint: `http://${endPoint}:${String(port)}`,
				accessKey,
				secretKey,
				bucket,
			},
		},
	);
	return {
		...rig,
		standIn,
		trueCosts: () =>
			trueCosts({
				gpuCount: options.gpuCount ?? 1,
				spans: standIn.queue.own().queue.workers().spans,
			}),
		close: async () => {
			await rig.close();
			await queue.close();
			await standIn.close();
		},
	};
}

/** A form of *Generate* that asks for costs. */
export const costForm = {
	resource: 'avatar',
	operation: 'generate',
	userId: 'user_1',
	avatarId: '={{ $json.avatar ?? "avatar_1" }}',
	portraitSource: 'minioPath',
	portraitPath: located('path', 'input-avatars/portrait.png'),
	drivingVideoSource: 'minioPath',
	drivingVideoPath: 'sitting-woman/driving-video.mp4',
	outputOptions: { includeCost: true },
};
