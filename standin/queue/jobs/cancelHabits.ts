/** What a cancel does beyond ending the job; all off at first. */
export interface CancelHabits {
	/** A job that is COMPLETED becomes CANCELLED and loses its output. */
	endsCompleted?: boolean;
	/**
	 * Set, the worker works as one that cannot be stopped: it asks its handler only after the least running time, and
	 * after a cancel still does so, so many milliseconds late.
	 */
	uploadsLateMs?: number | undefined;
}
