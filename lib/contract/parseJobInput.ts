import { InvalidInput } from './invalidInput';
import { jobInput, type JobInput } from './jobInput';

/**
 * Checks one job input against the contract and returns it as it will be sent.
 * @throws InvalidInput naming every field that is wrong
 */
export function parseJobInput(input: Readonly<Record<string, unknown>>): JobInput {
	const { success, data, error } = jobInput.safeParse(input);
	if (success) return data;
	throw InvalidInput.from(error);
}
