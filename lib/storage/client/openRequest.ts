import { waitUnlessAborted } from '../../base/async/abort';
import { onAbort } from '../../base/async/abortListener';
import { pause, type Clock } from '../../base/async/clock';
import type { WanAvatarError } from '../../base/errors/errors';
import { LIMITS } from '../../base/async/timeLimits';
import { AnswerMeter, SMALL_ANSWER, type AnswerLimit } from './answerLimit';
import { createClient, type Client } from './client';
import {
	explainStorageFault,
	isConnectionLost,
	isPassing,
	stoppedBefore,
	tooSlowFault,
	type StorageAction,
} from './faults';
import { poolOf, type RequestSize } from './requestPool';
import type { StorageSettings } from './minioCredential';
import { createTransport } from './transport';

/** How long a request may take, in milliseconds. */
export interface RequestLimits {
	/** In which nothing comes and nothing is taken. */
	silenceMs: number;
	/** For the whole, without a file. */
	wholeMs: number;
	/** For the whole, more with each megabyte of a file. */
	perMegabyteMs: number;
}

export const STORAGE_LIMITS: RequestLimits = {
	silenceMs: LIMITS.storageSilenceMs,
	wholeMs: LIMITS.storageWholeMs,
	perMegabyteMs: LIMITS.storagePerMegabyteMs,
};

export type StorageClock = Pick<Clock, 'sleep' | 'timeout'>;

/** The server that requests go to, and what ends them. */
export interface RequestContext {
	settings: StorageSettings;
	clock: StorageClock;
	limits: RequestLimits;
	/** Cuts them. */
	signal?: AbortSignal | undefined;
}

/** What a request is for. */
export interface StorageRequest extends StorageAction {
	/** Of the file that goes along, up or down. */
	fileBytes?: number;
	/** Of the answer, where it is not a small one or a file. */
	limit?: AnswerLimit;
	/** The server may think for as long as the whole may take. */
	isPatient?: boolean;
}

const MAX_TRIES = 2;
const REPEAT_AFTER_MS = 300;
const MEGABYTE = 1024 * 1024;

/** A request that has got its turn. Its limits count from now on; it must be ended, which cuts what is left of it. */
export class OpenRequest {
	/** The HTTP status of the last answer; 0 before it. */
	status = 0;
	readonly #cut = new AbortController();
	readonly #releases: (() => void)[];
	#lateAfterMs: number | undefined;
	#letGoOfLimit: (() => void) | undefined;

	private constructor(
		private readonly action: StorageRequest,
		private readonly context: RequestContext,
		giveBack: () => void,
	) {
		const cut = () => {
			this.#cut.abort();
		};
		this.#releases = [giveBack, onAbort(context.signal, cut)];
		this.allow(action.fileBytes ?? 0);
	}

	/** @throws WanAvatarError STOPPED once the signal is aborted */
	static async open(action: StorageRequest, context: RequestContext): Promise<OpenRequest> {
		const size: RequestSize = action.fileBytes === undefined ? 'small' : 'large';
		const pool = poolOf(context.settings);
		const giveBack = await pool.turn(size, context.signal).catch(() => {
			throw stoppedBefore(action);
		});
		return new OpenRequest(action, context, giveBack);
	}

	/** Starts the limit for the whole, for a file of this size. */
	allow(fileBytes: number): void {
		const { wholeMs, perMegabyteMs } = this.context.limits;
		const limitMs = Math.round(wholeMs + (fileBytes / MEGABYTE) * perMegabyteMs);
		const late = onAbort(this.context.clock.timeout(limitMs), () => {
			this.#lateAfterMs = limitMs;
			this.#cut.abort();
		});
		this.#letGoOfLimit?.();
		this.#letGoOfLimit = late;
	}

	/**
	 * Makes the request; a second time where the store is in trouble, or where a read lost its connection.
	 * @throws WanAvatarError STORAGE, STOPPED
	 */
	async make<T>(work: (client: Client) => Promise<T>): Promise<T> {
		for (let tries = 1; ; tries++)
			try {
				return await waitUnlessAborted(work(await this.#client()), this.#cut.signal);
			} catch (error) {
				if (tries === MAX_TRIES || !this.#mayRepeat(error)) throw this.explain(error);
				await pause(this.context.clock, REPEAT_AFTER_MS, this.#cut.signal);
				if (this.#cut.signal.aborted) throw this.explain(error);
			}
	}

	async #client(): Promise<Client> {
		const { settings, limits } = this.context;
		const isFile = this.action.verb === 'read' && this.action.fileBytes !== undefined;
		const transport = createTransport(settings, {
			signal: this.#cut.signal,
			silenceMs: this.action.isPatient ? limits.wholeMs : limits.silenceMs,
			meterOf: (status) => {
				const isError = status >= 300;
				if (isFile && !isError) return undefined;
				return new AnswerMeter((isError ? undefined : this.action.limit) ?? SMALL_ANSWER);
			},
			onStatus: (status) => {
				this.status = status;
			},
		});
		return await createClient(settings, settings, transport);
	}

	#mayRepeat(error: unknown): boolean {
		if (this.#cut.signal.aborted) return false;
		const isRead = this.action.verb === 'read' || this.action.verb === 'list';
		return isPassing(error) || (isRead && isConnectionLost(error));
	}

	/** In plain words; what was cut says why. */
	explain(error: unknown): WanAvatarError {
		const { settings, signal } = this.context;
		if (signal?.aborted) return stoppedBefore(this.action);
		const cause = this.#lateAfterMs === undefined ? error : tooSlowFault(this.#lateAfterMs);
		return explainStorageFault(cause, settings, this.action, this.status);
	}

	end(): void {
		this.#cut.abort();
		this.#letGoOfLimit?.();
		for (const release of this.#releases) release();
	}
}

/**
 * One request from its turn to its end.
 * @throws WanAvatarError STORAGE, STOPPED
 */
export async function request<T>(
	action: StorageRequest,
	context: RequestContext,
	work: (client: Client, request: OpenRequest) => Promise<T>,
): Promise<T> {
	const open = await OpenRequest.open(action, context);
	try {
		return await open.make(async (client) => await work(client, open));
	} finally {
		open.end();
	}
}
