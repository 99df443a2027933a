import type { Asking } from './asking/asking';
import { randomOf } from './chance/random';
import { Executions } from './seen/executions';
import type { Heard } from './seen/hearing';
import { JobsSeen } from './seen/jobsSeen';
import { Ledger } from './seen/ledger';
import type { Sample } from './seen/samples';
import type { World } from './world';

export interface SoakOptions {
	seed: number;
	/** How long requests come. */
	runMs: number;
}

/** All that is known of a run, at any moment of it. */
export interface SoakState extends Asking, Heard {
	options: SoakOptions;
	world: World;
	samples: Sample[];
	/** How many troubles of each kind RunPod and MinIO were given. */
	troubles: Map<string, number>;
	/** How many jobs met each fate. */
	fates: ReadonlyMap<string, number>;
	/** How often n8n was ended by each signal. */
	downs: { SIGKILL: number; SIGTERM: number };
	/** Executions that were stopped. */
	stops: number;
	/** New requests come. */
	takesNew: boolean;
	/** What n8n said last, where it ended though nobody ended it. */
	lastWords: string | undefined;
	startMs: number;
}

export function newState(options: SoakOptions, world: World, fates: SoakState['fates']): SoakState {
	return {
		options,
		world,
		fates,
		queue: world.standIn.queue,
		ledger: new Ledger(),
		jobs: new JobsSeen(),
		executions: new Executions(),
		random: randomOf(options.seed, 'requests'),
		samples: [],
		troubles: new Map(),
		downs: { SIGKILL: 0, SIGTERM: 0 },
		links: new Set(),
		deadLinks: [],
		stops: 0,
		takesNew: false,
		lastWords: undefined,
		startMs: Date.now(),
	};
}

export function elapsedMs({ startMs }: SoakState): number {
	return Date.now() - startMs;
}

export function clockText(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}`;
}
