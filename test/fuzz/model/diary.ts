/** A promise of docs/reliability.md that was broken, with all that happened. */
export class BrokenPromise extends Error {
	override readonly name = 'BrokenPromise';
}

/** What happens in a story, and which promises are broken in it. */
export class Diary {
	private readonly lines: string[] = [];
	private readonly broken: string[] = [];
	private readonly startMs: number;

	constructor(private readonly clock: { monotonic: () => number }) {
		this.startMs = clock.monotonic();
	}

	tell(what: string): void {
		const ms = this.clock.monotonic() - this.startMs;
		this.lines.push(`${(ms / 1000).toFixed(2).padStart(9)} s  ${what}`);
	}

	breaks(what: string): void {
		this.tell(`BROKEN: ${what}`);
		this.broken.push(what);
	}

	/** @throws BrokenPromise */
	assertKept(): void {
		if (this.broken.length > 0)
			throw new BrokenPromise(`${this.broken.join('; ')}\n${this.lines.join('\n')}`);
	}
}
