import { secretsIn } from '../../lib/base/data/secret';
import type { RunSettings } from '../../lib/deployment/settings/runSettings';
import { deniedSentence } from '../../lib/generation/report/deniedWords';
import type { GenerationPorts } from '../../lib/generation/request/ports';
import { createSend } from '../../lib/runpod/http/http';
import { createCostSource } from '../../lib/runpod/management/costSource';
import type { ManagementClient } from '../../lib/runpod/management/management';
import { createQueueClient } from '../../lib/runpod/queue/queue';
import { parseStorageSettings } from '../../lib/storage/client/minioCredential';
import { createBucket } from '../../lib/storage/objects/createBucket';
import { createLinkMaker } from '../../lib/storage/video/presignedLinks';
import { contentFacts, headerFacts } from '../../lib/storage/video/videoFacts';
import { clock } from '../setup/connect';
import type { Terminal } from '../output/terminal';
import type { JobWatch } from './jobWatch';

/** What a run is made with. */
export interface RunPlace {
	endpointId: string;
	/** Names the run in the records of its job. */
	executionId: string;
	/** Tells prices, and the GPUs of workers. */
	management: ManagementClient;
	watch: JobWatch;
}

/** The ports of one job from the terminal. Ctrl+C cuts none of its requests: a submit that is on its way names a job that burns. */
export function openRunPorts(
	settings: RunSettings,
	{ endpointId, executionId, management, watch }: RunPlace,
	terminal: Terminal,
): GenerationPorts {
	const { connection, storage } = settings;
	const account = { ...connection, endpointId, secrets: secretsIn(settings) };
	const queue = createQueueClient(account, { send: createSend(), clock, random: Math.random });
	const bucket = storage && createBucket(storageSettings(storage), clock);
	const said = onceEach(terminal.say);
	const memory = new Map<string, unknown>();
	return {
		queue: watch.over(queue),
		clock,
		bucket,
		linkMaker: createLinkMaker(bucket, clock),
		readContent: contentFacts,
		readFacts: bucket && headerFacts,
		costs: createCostSource(endpointId, management, (reason) => {
			if (!terminal.signal.aborted) said(reason);
		}),
		memory: {
			read: (slot) => memory.get(slot),
			write: (slot, note) => memory.set(slot, note),
		},
		executionId,
		signal: terminal.signal,
		onNote: said,
		onDenied: (right, bucketName) => {
			said(deniedSentence(right, bucketName));
		},
	};
}

/** The terminal reaches the store as the worker does. */
function storageSettings(storage: NonNullable<RunSettings['storage']>) {
	return parseStorageSettings({
		endpoint: storage.MINIO_ENDPOINT,
		useSSL: storage.MINIO_USE_SSL,
		region: '',
		accessKey: storage.MINIO_ACCESS_KEY.reveal(),
		secretKey: storage.MINIO_SECRET_KEY.reveal(),
		bucket: storage.MINIO_BUCKET,
		publicEndpoint: '',
		caCertificate: '',
	});
}

function onceEach(say: (text: string) => void): (sentence: string) => void {
	const told = new Set<string>();
	return (sentence) => {
		if (!told.has(sentence)) say(`Note: ${sentence}`);
		told.add(sentence);
	};
}
