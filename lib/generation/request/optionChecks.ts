import * as z from 'zod/v4';
import { formNumber } from '../../base/data/number';
import { InvalidInput } from '../../base/errors/invalidInput';
import { linkExpiry, linkWish, type LinkWish } from '../../contract/link';
import { optionDefault } from './optionDefaults';

export const MINUTE_MS = 60_000;
export const MAX_MINUTES = 7 * 24 * 60;
/** RunPod's least execution timeout (docs: serverless/endpoints/send-requests). */
export const MIN_RUN_TIME_MS = 5000;

export const minutes = formNumber(
	z
		.number({ error: 'must be a number of minutes' })
		.positive('must be more than 0 minutes')
		.max(MAX_MINUTES, 'must be at most 10080 minutes (7 days)'),
);

export const wholeNumber = (max: number, min = 1) =>
	formNumber(
		z
			.number({ error: 'must be a number' })
			.int('must be a whole number')
			.min(min, `must be at least ${String(min)}`)
			.max(max, `must be at most ${String(max)}`),
	);

/** One of several values, each with the name that the form has for it. */
export function oneOf<T extends Readonly<Record<string, string>>>(names: T) {
	const choices = Object.entries(names).map(([value, name]) => `${name} ("${value}")`);
	const isOne = (given: unknown): given is keyof T & string =>
		typeof given === 'string' && Object.hasOwn(names, given);
	return z.custom<keyof T & string>(isOne, { error: `must be ${choices.join(' or ')}` });
}

export const onOff = z.boolean({ error: 'must be on or off' });

/** A switch among the options is off where it is not added. */
export const switchOption = onOff.default(false);

/** Nothing: the node learns when to ask. */
export const pollIntervalSeconds = formNumber(
	z
		.number({ error: 'must be a number of seconds' })
		.min(1, 'must be at least 1 second')
		.max(3600, 'must be at most 3600 seconds'),
).optional();

/** The options that concern waiting for a job. */
export const waiting = {
	timeoutMinutes: minutes.default(optionDefault('timeoutMinutes')),
	onTimeout: oneOf({ cancel: 'Cancel the Job', leave: 'Leave It Running' }).default(
		optionDefault('onTimeout'),
	),
	maxRestarts: formNumber(
		z
			.number({ error: 'must be a number' })
			.int('must be a whole number')
			.min(0, 'must be 0 or more'),
	).default(optionDefault('maxRestarts')),
};

/** @throws InvalidInput naming the options that are wrong */
export function parseOptions<T>(schema: z.ZodType<T>, raw: unknown): T {
	const { success, data, error } = schema.safeParse(raw);
	if (!success) throw InvalidInput.from(error);
	return data;
}

const expiry = z.object({ linkExpiryDays: linkExpiry });

/**
 * How long a link opens, in seconds.
 * @throws InvalidInput naming the option
 */
export function parseLinkExpiry(raw: unknown): number {
	return parseOptions(expiry, raw).linkExpiryDays;
}

/** @throws InvalidInput naming the option */
export function parseLinkWish(raw: unknown): LinkWish {
	return parseOptions(linkWish, raw);
}
