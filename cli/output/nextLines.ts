import type { HealthReport } from '../../lib/deployment/workers/endpointHealth';
import type { CalledAs } from './calledAs';

/** Flags that another command needs too. */
export interface FlagsAgain {
	/** All that were given of files and variables. */
	all: readonly string[];
	/** Those that say which deployment is meant. */
	target: readonly string[];
}

/** Says what to do next, once a command has done its work. */
export interface NextLines {
	afterPlan: (changesSomething: boolean, flags: readonly string[]) => string;
	afterDeploy: () => string;
	afterImage: (changesSomething: boolean) => string;
	afterRun: (endpointId: string) => string;
	afterDestroy: (deletesSomething: boolean) => string;
	/** Nothing where the meaning of the health says it already. */
	afterHealth: (report: HealthReport) => string | undefined;
}

/** Names for a person to put others in the place of. */
const SAMPLE = ['--image', 'portrait.png', '--video', 'driving-video.mp4'];

export function nextLines(call: CalledAs, { all, target }: FlagsAgain): NextLines {
	const seeHealth = `see how it is with: ${call('health', ...target)}`;
	return {
		afterPlan: (changesSomething, flags) =>
			changesSomething
				? `Next: apply it with: ${call('deploy', ...all, ...flags)}`
				: `Next: ${seeHealth}`,
		afterDeploy: () =>
			`Next: give this address as Endpoint ID to the RunPod API credential in n8n, and ${seeHealth}`,
		afterImage: (changesSomething) =>
			changesSomething
				? `Next: workers take the image on as they are replaced; ${seeHealth}`
				: `Next: ${seeHealth}`,
		afterRun: (endpointId) =>
			`Next: the endpoint works: give its ID, ${endpointId}, as Endpoint ID to the RunPod API credential in n8n.`,
		afterDestroy: (deletesSomething) =>
			deletesSomething
				? 'Next: take the Endpoint ID out of the RunPod API credential in n8n. The videos stay in MinIO.'
				: 'Next: where it has another name, give that with --name.',
		afterHealth: ({ health, endpoint_id }) => {
			if (health === 'paused')
				return `Next: let workers run again with Set Workers in n8n, in the RunPod console, or, with all variables of the deployment, with: ${call('deploy', ...target, '--workers-max', '1')}`;
			return health === 'ready' || health === 'cold'
				? `Next: generate a video in n8n (the Endpoint ID is ${endpoint_id}), or here with: ${call('run', ...target, ...SAMPLE)}`
				: undefined;
		},
	};
}
