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

const given = z.object({
	minutes: z.coerce
		.number({ error: '--minutes must be a number' })
		.positive()
		.max(24 * 60)
		.default(2),
	only: z.string().default(''),
	seed: z.coerce.number({ error: '--seed must be a number' }).int().optional(),
	path: z
		.string()
		.regex(/^\d+(:\d+)*$/, '--path must be numbers with : between them')
		.optional(),
});

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
	const { minutes, only, seed, path } = given.parse(values);
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
