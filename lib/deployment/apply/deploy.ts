import { WanAvatarError } from '../../base/errors/errors';
import type { ManagementClient } from '../../runpod/management/management';
import { joinSignals, waitUnlessAborted } from '../../base/async/abort';
import { pause, type Clock } from '../../base/async/clock';
import type { EndpointQueue } from '../../runpod/queue/endpointQueue';
import { applyPlan, type DeployedIds } from './apply';
import { readLinked, unchanged, type Existing } from '../plan/existing';
import { readModels } from '../plan/models';
import { planDeployment, type Plan, type PlanStep } from '../plan/plan';
import type { PlanOptions } from '../plan/planOptions';
import type { DeploymentSettings } from '../settings/deploymentSettings';

/** A plan together with what it was made from: applying it goes by the same settings, and by the things that it names. */
export interface PreparedDeployment {
	settings: DeploymentSettings;
	plan: Plan;
	existing: Existing;
}

export interface DeployPorts {
	management: ManagementClient;
	/** The queue API of an endpoint, which learns of a new one a moment later. */
	queueOf: (endpointId: string) => Pick<EndpointQueue, 'health'>;
	clock: Clock;
	signal?: AbortSignal | undefined;
	onStep?: (step: PlanStep) => void;
}

export interface Deployment extends DeployedIds {
	name: string;
	endpoint_id: string;
	/** Where jobs are submitted: `https://api.runpod.ai/v2/<ENDPOINT_ID>`. */
	invoke_base: string;
	/** Whether anything was created, updated or replaced. */
	changed: boolean;
	/** Whether the queue API knows the endpoint already. */
	served: boolean;
}

/** Reads what there is and plans; nothing is changed. */
export async function prepareDeployment(
	settings: DeploymentSettings,
	management: ManagementClient,
	options: PlanOptions = {},
): Promise<PreparedDeployment> {
	const needsRegistryAuths =
		settings.dockerHub !== undefined || options.rotateRegistryAuth === true;
	const found = await readLinked(management, settings.name, settings.ids, { needsRegistryAuths });
	const models = await readModels(settings, found.endpoint, management).catch((error: unknown) => {
		throw error instanceof WanAvatarError ? unchanged(error) : error;
	});
	const existing: Existing = { ...found, models };
	return { settings, existing, plan: planDeployment(settings, existing, options) };
}

/** Applies a plan, and waits a moment until jobs can be submitted to a new endpoint. */
export async function deploy(
	{ settings, plan, existing }: PreparedDeployment,
	queueBaseUrl: string,
	ports: DeployPorts,
): Promise<Deployment> {
	const { ids, changed } = await applyPlan(plan, settings, existing, ports);
	const endpoint_id = ids.endpoint_id ?? '';
	const isNew = existing.endpoint === undefined;
	return {
		name: plan.name,
		...ids,
		endpoint_id,
		invoke_base: `${queueBaseUrl}/${endpoint_id}`,
		changed,
		served: isNew ? await becomesServed(endpoint_id, ports) : true,
	};
}

const SERVED_TIMEOUT_MS = 60_000;
const LOOK_INTERVAL_MS = 500;

/** A new endpoint is not known to the queue API at once; what hinders the look is no fault of the deployment. */
async function becomesServed(
	endpointId: string,
	{ queueOf, clock, signal }: DeployPorts,
): Promise<boolean> {
	const queue = queueOf(endpointId);
	const deadlineMs = clock.monotonic() + SERVED_TIMEOUT_MS;
	const end = joinSignals([signal, clock.timeout(SERVED_TIMEOUT_MS)]);
	try {
		while (!end.signal.aborted && clock.monotonic() < deadlineMs) {
			const health = await waitUnlessAborted(queue.health(), end.signal).catch(() => undefined);
			if (health) return true;
			await pause(clock, LOOK_INTERVAL_MS, end.signal);
		}
		return false;
	} finally {
		end.release();
	}
}
