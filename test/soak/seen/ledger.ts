import type { Flow } from '../asking/flows';
import type { Sent } from '../asking/senders';

/** How a request is made once more. */
export type Manner =
	| 'as before'
	/** With If the Video Exists: Return It, since the node had given the video out. */
	| 'return it'
	/** With Submit Anyway, since RunPod lists no job of it. */
	| 'submit anyway'
	/** Wait for Completion with the job's ID. */
	| 'by job ID';

/** What n8n told of an item. */
export interface Told {
	atMs: number;
	executionId: string;
	/** Nothing where there is a video. */
	code?: string | undefined;
	text: string;
}

/** One try of somebody to get a video. */
export interface Ask {
	manner: Manner;
	sentAtMs: number;
	/** What n8n said to it; nothing yet. */
	sent?: Sent;
	/** The life of n8n in which it was sent. */
	life: number;
	executionId?: string;
	beganAtMs?: number;
	/** Submitted and not waited for: RunPod is to call back. */
	submittedJobId?: string;
	end?: Told;
}

export interface Delivery {
	atMs: number;
	jobId: string | undefined;
	link: string;
	key: string;
}

/** A video that somebody wants; its avatar ID is of no other. */
export interface Request {
	id: string;
	flow: Flow;
	asks: Ask[];
	delivered?: Delivery;
}

/** What was asked for and what came of it. */
export class Ledger {
	readonly requests = new Map<string, Request>();
	/** Items that n8n told of twice in one execution. */
	readonly toldTwice: string[] = [];
	/** Errors that do not name their item, or do not say what to do. */
	readonly poorErrors: string[] = [];
	readonly codes = new Map<string, number>();
	#count = 0;
	readonly #told = new Set<string>();

	open(flow: Flow): Request {
		this.#count += 1;
		const request: Request = { id: `${flow}-${String(this.#count)}`, flow, asks: [] };
		this.requests.set(request.id, request);
		return request;
	}

	began(id: string, executionId: string, atMs: number): void {
		const ask = this.requests.get(id)?.asks.at(-1);
		if (!ask || ask.executionId !== undefined) return;
		Object.assign(ask, { executionId, beganAtMs: atMs });
	}

	submitted(id: string, jobId: string): void {
		const ask = this.requests.get(id)?.asks.at(-1);
		if (ask && !ask.end) ask.submittedJobId = jobId;
	}

	/** A video, or an error, has come out of an execution. */
	told(id: string, told: Told, delivery?: Delivery): void {
		const request = this.requests.get(id);
		if (!request) return;
		const once = `${told.executionId} ${id}`;
		if (this.#told.has(once)) this.toldTwice.push(`${id}: execution ${told.executionId}`);
		this.#told.add(once);
		if (told.code !== undefined) this.codes.set(told.code, (this.codes.get(told.code) ?? 0) + 1);
		if (delivery) request.delivered ??= delivery;
		const ask = askOf(request, told.executionId);
		if (ask && !ask.end) ask.end = told;
	}

	/** Those whose last try has come to nothing, or nobody knows of. */
	undelivered(): Request[] {
		return Array.from(this.requests.values()).filter(({ delivered }) => !delivered);
	}

	get deliveredCount(): number {
		return Array.from(this.requests.values()).filter(({ delivered }) => delivered).length;
	}
}

/** An end that the trigger tells of comes from another execution: it is that of the last try. */
function askOf({ asks }: Request, executionId: string): Ask | undefined {
	return asks.find((ask) => ask.executionId === executionId) ?? asks.at(-1);
}
