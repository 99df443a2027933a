import { startRig, startWhole, type Rig } from '../n8n/rig';
import { startWay } from '../n8n/suspend/way';

/** The real n8n with the package, the stand-in, and the way by which RunPod calls n8n back. */
export interface World extends Pick<Rig, 'standIn' | 'credentials'> {
	n8n: () => Rig['n8n'];
	/** Where RunPod reaches n8n, over all its lives. */
	toN8n: string;
	/** How often n8n has been started. */
	life: () => number;
	isUp: () => boolean;
	/** Ends n8n and starts it again after a while. */
	down: (how: Down, whileDown: () => Promise<void>) => Promise<void>;
	/** What n8n's log says that it should not; each life is looked at once. */
	logFaults: () => readonly string[];
	close: () => Promise<void>;
}

export type Down = 'SIGKILL' | 'SIGTERM';

const WORKERS = 12;

export async function startWorld(): Promise<World> {
	return await startWhole<World>(async (closers, close) => {
		const way = await startWay();
		closers.push(way.close);
		const rig = await startRig({
			fast: true,
			workersMax: WORKERS,
			coldStartMs: 500,
			runMs: 1000,
			env: {
				WEBHOOK_URL: way.url,
				N8N_METRICS: 'true',
				N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '15',
			},
		});
		closers.push(rig.close);
		way.leadsTo(() => rig.n8n.url);
		const faults = new Set<string>();
		const readLog = () => {
			for (const fault of faultsIn(rig.n8n.log(), secretsOf(rig))) faults.add(fault);
		};
		let life = 1;
		let isUp = true;
		return {
			standIn: rig.standIn,
			credentials: rig.credentials,
			n8n: () => rig.n8n,
			toN8n: way.url,
			life: () => life,
			isUp: () => isUp,
			down: async (how, whileDown) => {
				isUp = false;
				readLog();
				await (how === 'SIGTERM' ? rig.restart() : rig.crash(whileDown));
				life += 1;
				isUp = true;
			},
			logFaults: () => {
				readLog();
				return Array.from(faults);
			},
			close,
		};
	});
}

function secretsOf({ standIn }: Rig): string[] {
	const { runpod, minio } = standIn.address();
	return [runpod.apiKey, minio.secretKey];
}

const WRONG = /unhandled ?rejection|uncaught exception|heap out of memory|MaxListenersExceeded/i;
/** n8n's own, one for each execution that it found crashed. */
const RECOVERY = 'editorUiConnected listeners';

function faultsIn(log: string, secrets: readonly string[]): string[] {
	const lines = log.split('\n');
	const hasSecret = lines.some((line) => secrets.some((secret) => line.includes(secret)));
	const wrong = lines
		.filter((line) => WRONG.test(line) && !line.includes(RECOVERY))
		.map((line) => line.slice(0, 200));
	return [...(hasSecret ? ["a secret stands in n8n's log"] : []), ...wrong];
}
