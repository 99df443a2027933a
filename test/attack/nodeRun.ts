import { resolve } from 'node:path';
import type { INode } from 'n8n-workflow';
import type { Credentials, EngineRun } from '../../demo/engine';
import { workflowOf } from '../nodes/WanAvatar/engine/rig';
import { ATTACKED_FOLDER } from './matrix';
import type { Ending, Running } from './subjects/subject';
import { BUCKET, type World } from './world';

let executions = 0;

/** Runs one operation of the built node for one item in n8n's engine. */
export async function startNode(
	world: World,
	parameters: INode['parameters'],
	file?: string,
): Promise<Running> {
	const { startEngine } = await import('../../demo/engine');
	const engine = await startEngine({
		folder: resolve(ATTACKED_FOLDER),
		loading: 'lazy',
		credentials: credentialsOf(world),
	});
	const pressed = new AbortController();
	executions += 1;
	const running = engine.run(
		workflowOf(parameters, { items: [{}], files: file === undefined ? {} : { data: file } }),
		{ signal: pressed.signal, executionId: String(executions) },
	);
	return {
		ended: running.then(endingOf, thrown),
		stop: () => {
			pressed.abort();
		},
		abandon: () => {
			pressed.abort();
		},
	};
}

function endingOf(run: EngineRun): Ending {
	const ends = run.runData['Wan Avatar'] ?? [];
	const error = run.error ?? ends.find(({ error }) => error)?.error;
	return {
		said: [run.items('Wan Avatar'), ...ends.map(({ error }) => error), run.error]
			.map((part) => shown(part))
			.join('\n'),
		isError: error !== undefined,
	};
}

function thrown(error: unknown): Ending {
	return { said: shown(error), isError: true };
}

/** As n8n keeps it: an error is its own fields. */
function shown(value: unknown): string {
	if (!(value instanceof Error)) return value === undefined ? '' : JSON.stringify(value);
	const { name, message } = value;
	const description: unknown = Reflect.get(value, 'description');
	const context: unknown = Reflect.get(value, 'context');
	return JSON.stringify({ name, message, description, context });
}

function credentialsOf({ queue, management, store }: World): Credentials {
	return {
		runPodApi: {
			apiKey: queue.apiKey,
			endpointId: queue.endpointId,
			queueBaseUrl: queue.baseUrl,
			managementBaseUrl: management.baseUrl,
		},
		minioApi: {
			endpoint: store.url,
			accessKey: store.accessKey,
			secretKey: store.secretKey,
			bucket: BUCKET,
		},
	};
}
