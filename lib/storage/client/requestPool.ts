import { onAbort } from '../../base/async/abortListener';
import { WaitEnded } from '../../base/async/abort';
import type { ServerAddress } from './minioCredential';

/** A request with a file, up or down, which may take minutes, or a small one. */
export type RequestSize = 'small' | 'large';

/** As many as a server is asked at once, by all executions of this process together. */
const MAX_AT_ONCE = 32;
/** The rest is left to small ones, so that a note does not wait for the end of long copies. */
const MAX_LARGE_AT_ONCE = 24;

/** Lets so many requests to one server be under way at once; the others wait in their order, small ones before large ones. */
class RequestPool {
	readonly #underway = { small: 0, large: 0 };
	readonly #waiting = { small: new Set<() => void>(), large: new Set<() => void>() };

	/**
	 * Waits for the turn of a request.
	 * @returns gives the place back; must be called when the request has ended
	 * @throws WaitEnded once the signal is aborted
	 */
	async turn(size: RequestSize, signal?: AbortSignal): Promise<() => void> {
		if (signal?.aborted) throw new WaitEnded('Aborted before its turn');
		if (this.#hasRoom(size)) return this.#take(size);
		return await new Promise((resolve, reject) => {
			const queue = this.#waiting[size];
			const start = () => {
				queue.delete(start);
				release();
				resolve(this.#take(size));
			};
			const release = onAbort(signal, () => {
				queue.delete(start);
				reject(new WaitEnded('Aborted before its turn'));
			});
			queue.add(start);
		});
	}

	#hasRoom(size: RequestSize): boolean {
		const { small, large } = this.#underway;
		return small + large < MAX_AT_ONCE && (size === 'small' || large < MAX_LARGE_AT_ONCE);
	}

	#take(size: RequestSize): () => void {
		this.#underway[size]++;
		let isGivenBack = false;
		return () => {
			if (isGivenBack) return;
			isGivenBack = true;
			this.#underway[size]--;
			this.#startNext();
		};
	}

	#startNext(): void {
		for (const size of ['small', 'large'] as const) {
			const [next] = this.#waiting[size];
			if (!next || !this.#hasRoom(size)) continue;
			next();
			return;
		}
	}
}

const pools = new Map<string, RequestPool>();

/** The pool of a server: one for the whole process, whoever asks it and with which key. */
export function poolOf({ endPoint, port }: ServerAddress): RequestPool {
	const name = `${endPoint}:${String(port)}`;
	const pool = pools.get(name) ?? new RequestPool();
	pools.set(name, pool);
	return pool;
}
