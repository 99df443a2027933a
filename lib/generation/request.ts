import * as z from 'zod/v4';
import { InvalidInput, parseJobInput } from '../contract/invalidInput';
import { isContractField } from '../contract/jobInput';
import type { GenerationRequest } from './generate';

const MAX_TIMEOUT_MINUTES = 7 * 24 * 60;

const options = z.object({
	waitForCompletion: z.boolean({ error: 'must be on or off' }),
	timeoutMinutes: z.coerce
		.number({ error: 'must be a number of minutes' })
		.positive('must be more than 0 minutes')
		.max(MAX_TIMEOUT_MINUTES, 'must be at most 10080 minutes (7 days)')
		.default(60),
	additionalWorkerInputs: z.unknown(),
});

/** What the form of *Generate* gives for one item, unchecked. */
export interface RawRequest {
	/** In the contract's names; what is left blank is left out. */
	contract: Readonly<Record<string, unknown>>;
	options: Readonly<Record<string, unknown>>;
}

/**
 * Checks one item of *Generate*, before anything is sent for any item.
 * @throws InvalidInput naming every field that is wrong
 */
export function parseGenerationRequest(raw: RawRequest): GenerationRequest {
	const { success, data, error } = options.safeParse(raw.options);
	if (!success) throw InvalidInput.from(error);
	const { waitForCompletion, timeoutMinutes, additionalWorkerInputs } = data;
	const input = parseJobInput({
		...parseAdditionalInputs(additionalWorkerInputs),
		...raw.contract,
	});
	return { input, waitForCompletion, timeoutMs: timeoutMinutes * 60_000 };
}

const FIELD = 'additionalWorkerInputs';

/**
 * Reads inputs that only a newer worker knows, as JSON text or as an object.
 * @throws InvalidInput when it is no object, or names a field of the contract
 */
function parseAdditionalInputs(raw: unknown): Record<string, unknown> {
	const parsed = z.record(z.string(), z.unknown()).safeParse(fromJson(raw));
	if (!parsed.success)
		throw new InvalidInput([
			{ field: FIELD, message: 'must be a JSON object such as {"seed": 7}' },
		]);
	const taken = Object.keys(parsed.data).filter(isContractField);
	if (taken.length === 0) return parsed.data;
	const message = `must not set ${taken.join(', ')}: that has a field of its own in the form`;
	throw new InvalidInput([{ field: FIELD, message }]);
}

function fromJson(raw: unknown): unknown {
	if (raw === undefined || raw === null || raw === '') return {};
	if (typeof raw !== 'string') return raw;
	try {
		return JSON.parse(raw);
	} catch {
		return undefined;
	}
}
