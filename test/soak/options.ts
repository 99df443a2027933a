import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run soak -- [options]
  --minutes <n>   how long requests come (3); starting and coming to rest take up to 2 minutes more
  --seed <n>      the same faults in the same order (any)
  --write <file>  a plot of the run as SVG`;

export class UsageError extends Error {}

export interface Options {
	minutes: number;
	seed: number;
	file: string | undefined;
}

export function readOptions(args: string[]): Options {
	const text = { type: 'string' } as const;
	const { values } = parseArgs({
		args,
		options: { minutes: { ...text, default: '3' }, seed: text, write: text },
	});
	const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000));
	return {
		minutes: toNumber('minutes', values.minutes),
		seed: toNumber('seed', seed),
		file: values.write,
	};
}

function toNumber(flag: string, text: string): number {
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
		throw new UsageError(`--${flag} must be a number above 0, got "${text}"`);
	return value;
}

export function isUsageError(error: unknown): boolean {
	if (error instanceof UsageError) return true;
	return (
		error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
	);
}
