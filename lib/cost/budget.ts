/** One job that counts against a limit. It is kept by n8n with the execution. */
export interface Booking {
	/** Nothing before it is sent, and where RunPod gave no ID. */
	jobId: string | null;
	/** Whole micro-dollars: the most that it can cost while it is open, and the most that it has cost once it has ended. */
	microUsd: number;
	isOpen: boolean;
}

/**
 * What the jobs of one execution have cost and can still cost. Nothing is reserved that would make both together more than
 * the limit, in whatever order jobs come and end.
 */
export class Budget {
	readonly #bookings: Booking[];
	readonly #byJob = new Map<string, Booking>();
	#spentMicroUsd = 0;
	#reservedMicroUsd = 0;

	/** @param bookings changed in place, so that whoever keeps them has what is booked at any moment */
	constructor(bookings: Booking[] = []) {
		this.#bookings = bookings;
		for (const booking of bookings) {
			if (booking.jobId !== null) this.#byJob.set(booking.jobId, booking);
			this.#add(booking, booking.microUsd);
		}
	}

	get spentMicroUsd(): number {
		return this.#spentMicroUsd;
	}

	get reservedMicroUsd(): number {
		return this.#reservedMicroUsd;
	}

	/** Room for a job that can cost so much; nothing where it would pass the limit. */
	reserve(microUsd: number, limitMicroUsd: number): Booking | undefined {
		if (this.#spentMicroUsd + this.#reservedMicroUsd + microUsd > limitMicroUsd) return undefined;
		return this.#open(null, microUsd);
	}

	/** Counts a job that runs already, whether there is room for it or not. */
	take(jobId: string, microUsd: number): Booking {
		return this.of(jobId) ?? this.#open(jobId, microUsd);
	}

	/** The job has this ID from now on. */
	name(booking: Booking, jobId: string): void {
		booking.jobId = jobId;
		this.#byJob.set(jobId, booking);
	}

	of(jobId: string): Booking | undefined {
		return this.#byJob.get(jobId);
	}

	/**
	 * The job has ended. Never more is booked than what was reserved for it, and never more than before, but for what it has
	 * surely cost: RunPod may have let it run for longer than it was to.
	 */
	settle(booking: Booking, mostMicroUsd: number, leastMicroUsd = 0): void {
		this.#add(booking, -booking.microUsd);
		const most = Math.min(booking.microUsd, Math.max(Math.ceil(mostMicroUsd), 0));
		booking.microUsd = Math.max(most, leastMicroUsd);
		booking.isOpen = false;
		this.#add(booking, booking.microUsd);
	}

	/** There is no job: it was surely not sent. */
	release(booking: Booking): void {
		const index = this.#bookings.lastIndexOf(booking);
		if (index < 0) return;
		this.#bookings.splice(index, 1);
		if (booking.jobId !== null) this.#byJob.delete(booking.jobId);
		this.#add(booking, -booking.microUsd);
	}

	/** Jobs that may still run, as far as RunPod named them. */
	openJobs(): (Booking & { jobId: string })[] {
		return this.#bookings.filter(isOpenJob);
	}

	#open(jobId: string | null, microUsd: number): Booking {
		const booking: Booking = { jobId, microUsd, isOpen: true };
		this.#bookings.push(booking);
		if (jobId !== null) this.#byJob.set(jobId, booking);
		this.#add(booking, microUsd);
		return booking;
	}

	#add({ isOpen }: Booking, microUsd: number): void {
		if (isOpen) this.#reservedMicroUsd += microUsd;
		else this.#spentMicroUsd += microUsd;
	}
}

function isOpenJob(booking: Booking): booking is Booking & { jobId: string } {
	return booking.isOpen && booking.jobId !== null;
}
