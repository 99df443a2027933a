import type { Stall } from '../../following/stall';

/** Why a job waits for a worker, and what helps. */
export const STALLS: Readonly<Record<Stall, { reason: string; remedy: string }>> = {
	noWorkers: {
		reason: 'the endpoint has no workers',
		remedy:
			'Set Max Workers of the endpoint to 1 or more in the RunPod console; RunPod sets it to 0 after a week without jobs.',
	},
	throttled: {
		reason: 'RunPod has no free GPU of the chosen kind (throttled)',
		remedy: 'Allow more kinds of GPU or more data centers in the endpoint, or try again later.',
	},
	unhealthy: {
		reason: 'the workers of the endpoint crash (unhealthy)',
		remedy:
			'Look at the log of a worker in the RunPod console: a wrong image, missing settings or too little memory are likely.',
	},
	initializing: {
		reason: 'the first worker is still starting',
		remedy:
			'A first start loads the image and the models, and may take half an hour: raise Timeout in the Waiting Options, or RUNPOD_INIT_TIMEOUT of the endpoint if its workers never get ready.',
	},
	busy: {
		reason: 'all workers are busy with other jobs',
		remedy:
			'Raise Max Workers of the endpoint or Timeout in the Waiting Options, or send fewer items at once.',
	},
};
