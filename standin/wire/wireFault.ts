/** How an answer goes wrong on its way; all three servers play these. */
export type WireFault =
	/** The request is accepted, and no answer ever comes. */
	| { kind: 'silent' }
	/** The right answer, one byte every `everyMs` (default 1,000), from its body on or from its very first byte. */
	| { kind: 'drip'; from?: 'body' | 'statusLine'; everyMs?: number }
	/** The right answer, blown up to at least so many bytes; default 21 MiB. */
	| { kind: 'large'; sizeBytes?: number }
	/** The right answer with one field or element nested so deep; default 2,700 levels. */
	| { kind: 'deep'; levels?: number }
	/** A page for people; default status 200. */
	| { kind: 'html'; status?: number }
	/** Default status 302. */
	| { kind: 'redirect'; to: string; status?: 301 | 302 | 303 | 307 | 308 }
	/** The right answer's length is announced, half of it is sent, and the connection is cut. */
	| { kind: 'cutMidBody' }
	/**
	 * The right answer ends in good order after this many bytes (default half of it): chunked and without a length,
	 * or with the length of what is sent.
	 */
	| { kind: 'endsEarly'; sizeBytes?: number; framing?: 'chunked' | 'contentLength' }
	/** The right answer, its body changed. */
	| { kind: 'edit'; edit: (body: string) => string };

/** How often a fault is met: `after` lets so many through first, `times` (default 1, Infinity: until cleared) is how many get it. */
export interface Often {
	times?: number;
	after?: number;
}

type SpoiledKind = 'drip' | 'large' | 'deep' | 'cutMidBody' | 'endsEarly' | 'edit';

const spoiledKinds: Readonly<Record<SpoiledKind, true>> = {
	drip: true,
	large: true,
	deep: true,
	cutMidBody: true,
	endsEarly: true,
	edit: true,
};

/** Whether the fault spoils the right answer: then the request takes effect. */
export function spoilsAnswer(fault: { kind: string }): boolean {
	return Object.hasOwn(spoiledKinds, fault.kind);
}

/** Faults in the order planted, each with how often it is still to be met. */
export class PlantedFaults<Fault extends Often> {
	#planted: { fault: Fault; skip: number; left: number }[] = [];

	plant(fault: Fault): void {
		this.#planted.push({ fault, skip: fault.after ?? 0, left: fault.times ?? 1 });
	}

	clear(): void {
		this.#planted = [];
	}

	/** The first fault that fits and is due; it counts as used. */
	take(fits: (fault: Fault) => boolean): Fault | undefined {
		for (const entry of this.#planted.filter(({ fault }) => fits(fault))) {
			if (entry.skip > 0) {
				entry.skip -= 1;
			} else if (entry.left > 0) {
				entry.left -= 1;
				this.#planted = this.#planted.filter(({ left }) => left > 0);
				return entry.fault;
			}
		}
		return undefined;
	}
}
