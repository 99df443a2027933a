/** The last so many calls, in their order. */
export class KeptCalls<Call> {
	readonly #most: number;
	#calls: Call[] = [];

	constructor(most: number) {
		this.#most = most;
	}

	add(call: Call): void {
		if (this.#most === 0) return;
		this.#calls.push(call);
		// Cut now and then: to cut at each call would move all the others.
		if (this.#calls.length >= 2 * this.#most) this.#calls = this.list();
	}

	list(): Call[] {
		return this.#calls.slice(-this.#most);
	}

	clear(): void {
		this.#calls = [];
	}
}
