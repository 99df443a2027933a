import { runCell, type Cell } from './cell';
import { anyQueueRequest, queueRoute } from './phases';
import type { Ending, Running, Subject } from './subjects/subject';

const endless: Running = {
	ended: new Promise<Ending>(() => undefined),
	stop: () => undefined,
	abandon: () => undefined,
};

/** An operation that waits for ever, also after Stop. */
const hanging: Subject = {
	name: 'self-test: hangs',
	phases: { queue: [anyQueueRequest] },
	limitMs: 300,
	stopLimitMs: () => 300,
	paysForJobs: false,
	start: async ({ queue }) => {
		void fetch(`${queue.baseUrl}/${queue.endpointId}/health`).catch(() => undefined);
		return Promise.resolve(endless);
	},
};

/** An operation that pays twice, and forgets both jobs. */
const careless: Subject = {
	name: 'self-test: pays twice and forgets',
	phases: { queue: [queueRoute('status')] },
	limitMs: 300,
	paysForJobs: true,
	start: async ({ submit }) => {
		await submit();
		await submit();
		return { ...endless, ended: Promise.resolve({ said: 'Something went wrong', isError: true }) };
	},
};

const cells: readonly [Cell, RegExp][] = [
	[cellOf(hanging, false), /^hangs/],
	[cellOf(hanging, true), /^after Stop not ended/],
	[cellOf(careless, false), /^2 POSTs to \/run/],
	[cellOf(careless, false), /^2 job left running/],
	[cellOf(careless, false), /is named nowhere$/],
];

/** What the check should have seen red and did not: nothing, when it can fail. */
export async function selfTest(): Promise<string[]> {
	const missed = await Promise.all(
		cells.map(async ([cell, red]) => {
			const { reds } = await runCell(cell);
			return reds.some((reason) => red.test(reason))
				? []
				: [`${cell.subject.name}: ${String(red)}`];
		}),
	);
	return missed.flat();
}

function cellOf(subject: Subject, isStopped: boolean): Cell {
	const [phase] = subject.phases.queue ?? [];
	if (!phase) throw new Error(`${subject.name} has no phase`);
	return { subject, service: 'queue', phase, fault: 'silent', isStopped };
}
