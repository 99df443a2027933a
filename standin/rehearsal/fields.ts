// setTimeout fires at once when the delay is longer than this.
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** What is wrong with a file of faults, with the place. */
export class FaultsFileError extends Error {}

/** The fields of one object of the file; each is taken once, and what is left over is refused. */
export class Fields {
	readonly #place: string;
	readonly #left: Map<string, unknown>;

	constructor(value: unknown, place: string) {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) {
			throw new FaultsFileError(`${place} must be an object`);
		}
		this.#place = place;
		this.#left = new Map(Object.entries(value));
	}

	any(name: string): unknown {
		const value = this.#left.get(name);
		this.#left.delete(name);
		return value;
	}

	text(name: string): string | undefined {
		const value = this.any(name);
		if (value === undefined || typeof value === 'string') return value;
		return this.refuse(name, 'must be a text');
	}

	/** A whole number from 0 up. */
	number(name: string): number | undefined {
		const value = this.any(name);
		if (value === undefined) return undefined;
		if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
		return this.refuse(name, 'must be a whole number from 0 up');
	}

	/** A time that Node can wait for: 24 days at most. */
	timeMs(name: string): number | undefined {
		const value = this.number(name);
		if (value === undefined || value <= LONGEST_DELAY_MS) return value;
		return this.refuse(name, `must be at most ${String(LONGEST_DELAY_MS)} ms`);
	}

	flag(name: string): boolean | undefined {
		const value = this.any(name);
		if (value === undefined || typeof value === 'boolean') return value;
		return this.refuse(name, 'must be true or false');
	}

	list(name: string): { value: unknown; place: string }[] {
		const value = this.any(name);
		if (value === undefined) return [];
		if (!Array.isArray(value)) return this.refuse(name, 'must be a list');
		return Array.from<unknown>(value).map((one, index) => {
			return { value: one, place: `${name}[${String(index)}]` };
		});
	}

	/** The value, which must be there. */
	needed<T>(name: string, value: T | undefined): T {
		return value ?? this.refuse(name, 'is missing');
	}

	end(): void {
		const [name] = this.#left.keys();
		if (name !== undefined) this.refuse(name, 'is not known here');
	}

	refuse(name: string, problem: string): never {
		throw new FaultsFileError(`${this.#place}: ${name} ${problem}`);
	}
}
