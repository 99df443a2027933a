/** What stands in the place of a secret. */
export const MASK = '•••';

/**
 * A value that no message, log or item may show: printed in whatever way it is dots, and only `reveal` gives it out.
 * A type of its own, so that a plain text is not taken for one, nor one for a plain text.
 */
export class Secret {
	readonly #value: string;

	constructor(value: string) {
		this.#value = value;
	}

	/** The value itself: for what is sent to the service that it is for. */
	reveal(): string {
		return this.#value;
	}

	toString(): string {
		return MASK;
	}

	toJSON(): string {
		return MASK;
	}

	[Symbol.for('nodejs.util.inspect.custom')](): string {
		return MASK;
	}
}

/** A shorter one would be struck out of ordinary words. */
export const SHORTEST_MASKED = 4;

const known = new WeakMap<object, readonly string[]>();

/** Every secret in some settings, however deep: what is to be struck out of remote text. Settings do not change. */
export function secretsIn(settings: unknown): readonly string[] {
	if (typeof settings !== 'object' || settings === null) return [];
	const secrets = known.get(settings) ?? foundIn(settings);
	known.set(settings, secrets);
	return secrets;
}

function foundIn(settings: object): string[] {
	const found = new Set<string>();
	collect(settings, found);
	return [...found].filter(({ length }) => length >= SHORTEST_MASKED);
}

function collect(value: unknown, found: Set<string>): void {
	if (value instanceof Secret) found.add(value.reveal());
	else if (typeof value === 'object' && value !== null)
		for (const part of Object.values(value)) collect(part, found);
}

/** The same data with every secret laid open: for the body of a request alone. */
export function revealed(value: unknown): unknown {
	if (value instanceof Secret) return value.reveal();
	if (Array.isArray(value)) return value.map(revealed);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, revealed(part)]));
}
