import { parseArgs } from 'node:util';
import { z } from 'zod/v4';
import type { FuzzTarget } from './target';

export interface FuzzOptions {
	minutes: number;
	targets: readonly FuzzTarget[];
	/** Replays one round, and with a path one run. */
	seed?: number;
	path?: string;
}

export const USAGE = 'npm run fuzz -- [--minutes N] [--only NAME] [--seed S [--path P]]';

const MOST_MINUTES = 24 * 60;
const MOST_SEED = 2 ** 31 - 1;
/** fast-check skips a million values of a seed in about a second, and cannot be stopped meanwhile. */
const MOST_RUN = 10_000_000;

const minutesRule = `--minutes must be a number above 0 and at most ${String(MOST_MINUTES)}`;
const seedRule = `--seed must be a whole number from 0 to ${String(MOST_SEED)}`;
const pathRule = `--path must be numbers with : between them, the first at most ${String(MOST_RUN)}`;

const given = z.object({
	minutes: numberText(minutesRule)
		.refine((minutes) => minutes > 0 && minutes <= MOST_MINUTES, minutesRule)
		.default(2),
	only: z.string().default(''),
	seed: numberText(seedRule)
		.refine((seed) => Number.isInteger(seed) && seed >= 0 && seed <= MOST_SEED, seedRule)
		.optional(),
	path: z
		.string()
		.regex(/^\d+(:\d+)*$/, { error: pathRule, abort: true })
		.refine((path) => Number(path.split(':', 1)) <= MOST_RUN, pathRule)
		.optional(),
});

/** A number as it is typed: a blank is no 0. */
function numberText(rule: string) {
	return z
		.string()
		.regex(/^-?(\d+\.?\d*|\.\d+)$/, { error: rule, abort: true })
		.transform(Number);
}

/** Throws what is wrong with them. */
export function fuzzOptions(args: string[], all: readonly FuzzTarget[]): FuzzOptions {
	const { values } = parseArgs({
		args,
		options: {
			minutes: { type: 'string' },
			only: { type: 'string' },
			seed: { type: 'string' },
			path: { type: 'string' },
		},
	});
	const { minutes, only, seed, path } = parsed(values);
	const targets = chosen(all, only);
	if (path !== undefined && (seed === undefined || targets.length !== 1))
		throw new Error('--path replays one target: --only and --seed belong to it');
	return {
		minutes,
		targets,
		...(seed === undefined ? {} : { seed }),
		...(path === undefined ? {} : { path }),
	};
}

function parsed(values: unknown): z.output<typeof given> {
	const { data, error } = given.safeParse(values);
	if (error) throw new Error(error.issues.map(({ message }) => message).join('; '));
	return data;
}

/** The one of that name, or all whose name has the text in it. */
function chosen(all: readonly FuzzTarget[], only: string): readonly FuzzTarget[] {
	const wanted = only.toLowerCase();
	const named = all.filter(({ name }) => name.toLowerCase() === wanted);
	const matching = all.filter(({ name }) => name.toLowerCase().includes(wanted));
	const targets = named.length > 0 ? named : matching;
	if (targets.length === 0)
		throw new Error(
			`No target has "${only}" in its name. There are: ${all.map(({ name }) => name).join(', ')}`,
		);
	return targets;
}
