import type { Attack, Service } from '../matrix';
import type { World } from '../world';

/** What an operation or a command left behind when it ended. */
export interface Ending {
	/** All that a person or a workflow gets to see of it. */
	said: string;
	isError: boolean;
}

/** One thing that is attacked, under way. */
export interface Running {
	ended: Promise<Ending>;
	/** Presses Stop, or Ctrl+C. */
	stop: () => void;
	/** Ends it by force, after it has been judged. */
	abandon: () => void;
}

/** Where in the course of a subject a fault is met. */
export interface Phase {
	name: string;
	/** Plants the fault; may wait for the right moment. */
	plant: (world: World, attack: Attack) => void | Promise<void>;
	/** Whether a request has met it; only then Stop is pressed. */
	isMet: (world: World) => boolean;
	/** Whether it is met only once a job has its result, so that jobs end also where Stop is pressed. */
	needsResult?: boolean;
	/** Whether the answer to the submit itself is spoiled. */
	spoilsSubmit?: boolean;
	/** Whether no job can be cancelled, or no worker let go. */
	spoilsCancel?: boolean;
}

/** One operation of the node, or one command of the terminal. */
export interface Subject {
	name: string;
	/** The services that it speaks to, each with the places where a fault is met. */
	phases: Readonly<Partial<Record<Service, readonly Phase[]>>>;
	/** How long it may take in all, from start to end. */
	limitMs: number;
	/** How long it may take after Stop; default 2 s. */
	stopLimitMs?: (phase: Phase) => number;
	/** Whether a job must not run on when it ends badly. */
	paysForJobs: boolean;
	/** How jobs end: by themselves well or badly, only by a cancel, or (default) as the attack lets them. */
	jobEnds?: 'well' | 'failed' | 'never';
	/** Makes the world ready and gives what `start` needs, such as a job's id. */
	prepare?: (world: World) => Promise<Prepared>;
	start: (world: World, prepared: Prepared) => Promise<Running>;
}

export interface Prepared {
	jobId?: string;
	endpointId?: string;
}
