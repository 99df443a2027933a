import { WanAvatarError } from '../../../lib/base/errors/errors';
import type { Bucket, StoredText, Written } from '../../../lib/storage/objects/bucket';
import type { SimulatedClock } from '../../lib/generation/run/simulatedClock';

/** How MinIO goes wrong for a while. */
export const STORE_TROUBLES = [
	'fails',
	'fails to read',
	'fails to write',
	'writes, but its answer is lost',
	'is silent',
	'lets no record be read',
	'lets no record be written',
] as const;
export type StoreTrouble = (typeof STORE_TROUBLES)[number];

export interface StoreOptions {
	/** A store that knows no conditional writes. */
	ignoresConditions: boolean;
	/** So much its clock differs from n8n's. */
	aheadMs: number;
	/** The key may not delete. */
	mayNotDelete: boolean;
}

interface StoredObject {
	text: string;
	etag: string;
	atMs: number;
}

type Access = 'read' | 'write';

const WAY_MS = 15;
const SILENCE_MS = 15_000;

/** MinIO in simulated time. */
export class Store {
	readonly objects = new Map<string, StoredObject>();
	readonly troubles: { kind: StoreTrouble; fromMs: number; untilMs: number }[] = [];
	private writes = 0;

	constructor(
		private readonly clock: SimulatedClock,
		private readonly options: StoreOptions,
	) {}

	trouble(kind: StoreTrouble, ms: number): void {
		const fromMs = this.clock.monotonic();
		this.troubles.push({ kind, fromMs, untilMs: fromMs + ms });
	}

	heal(): void {
		for (const trouble of this.troubles)
			trouble.untilMs = Math.min(trouble.untilMs, this.clock.monotonic());
	}

	put(key: string, text: string): void {
		const ownMs = this.clock.monotonic() + this.options.aheadMs;
		const atMs = Math.floor(ownMs / 1000) * 1000;
		this.objects.set(key, { text, etag: `"${String(++this.writes)}"`, atMs });
	}

	bucket(signal?: AbortSignal): Bucket {
		const asked = async <T>(access: Access, work: () => T) =>
			await this.asked(access, work, signal);
		const stat: Bucket['stat'] = async (key) =>
			await asked('read', () => {
				const found = this.objects.get(key);
				if (!found) return { tag: 'missing' };
				const { text, etag, atMs } = found;
				return { tag: 'there', facts: { sizeBytes: text.length, etag, lastModifiedMs: atMs } };
			});
		return {
			name: 'avatars',
			within: (other) => this.bucket(other),
			presignGet: async (key) => await Promise.resolve(`https://minio.example/${key}`),
			stat,
			statPatiently: stat,
			measure: async (key) => await asked('read', () => this.objects.get(key)?.text.length ?? null),
			getText: async (key) => await asked('read', () => this.text(key)),
			putText: async (key, text, _type, condition) =>
				await asked('write', () => this.write(key, text, condition)),
			remove: async (key) => await asked('write', () => this.remove(key)),
			check: async () => await asked('read', () => ({ mayList: true })),
			put: unused,
			putBytes: unused,
			listPage: unused,
			getRange: unused,
			getStream: unused,
		};
	}

	private text(key: string): StoredText {
		if (this.now() === 'lets no record be read') return { tag: 'denied' };
		const found = this.objects.get(key);
		if (!found) return { tag: 'missing' };
		return { tag: 'there', text: found.text, etag: found.etag, lastModifiedMs: found.atMs };
	}

	private write(key: string, text: string, condition?: { etag: string | null }): Written {
		if (this.now() === 'lets no record be written') return 'denied';
		const standing = this.objects.get(key)?.etag ?? null;
		if (condition && !this.options.ignoresConditions && condition.etag !== standing)
			return 'changed';
		this.put(key, text);
		return 'written';
	}

	private remove(key: string): boolean {
		if (this.options.mayNotDelete) return false;
		this.objects.delete(key);
		return true;
	}

	private now(): StoreTrouble | undefined {
		const nowMs = this.clock.monotonic();
		return this.troubles.find(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs)?.kind;
	}

	private async asked<T>(access: Access, work: () => T, signal?: AbortSignal): Promise<T> {
		await this.clock.sleep(WAY_MS);
		assertNotCut(signal);
		const kind = this.now();
		if (kind === 'is silent') await this.silence(signal);
		if (kind === 'fails' || kind === `fails to ${access}`) throw failed();
		const done = work();
		if (kind === 'writes, but its answer is lost' && access === 'write') throw failed();
		await this.clock.sleep(WAY_MS);
		assertNotCut(signal);
		return done;
	}

	private async silence(signal?: AbortSignal): Promise<never> {
		const cut = new Promise<void>((resolve) => {
			signal?.addEventListener('abort', () => {
				resolve();
			});
		});
		await Promise.race([this.clock.sleep(SILENCE_MS), cut]);
		assertNotCut(signal);
		throw failed();
	}
}

function failed(): WanAvatarError {
	return new WanAvatarError('STORAGE', 'MinIO answers with HTTP 500', { remedy: 'Try again.' });
}

function assertNotCut(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new WanAvatarError('STOPPED', 'Stopped', { remedy: '' });
}

async function unused(): Promise<never> {
	return await Promise.reject(new Error('A generation without files does not do this'));
}
