import type * as z from 'zod/v4';
import { WanAvatarError } from './errors';
import { jobInput, type JobInput } from './jobInput';

/** One thing that is wrong with a request; `field` is empty when it concerns several fields. */
export interface InputFault {
	field: string;
	message: string;
}

/** A request that breaks the contract. Nothing was sent. */
export class InvalidInput extends WanAvatarError {
	override readonly name = 'InvalidInput';

	constructor(readonly faults: readonly InputFault[]) {
		const message = faults.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');
		super('INVALID_INPUT', message, {
			remedy: 'Correct it and run again. Nothing was sent to RunPod.',
		});
	}

	/** The same faults under the names that the form has for the fields. */
	relabelled(labels: ReadonlyMap<string, string>): InvalidInput {
		return new InvalidInput(
			this.faults.map(({ field, message }) => ({ field: labels.get(field) ?? field, message })),
		);
	}

	static from(error: z.ZodError): InvalidInput {
		return new InvalidInput(error.issues.map(toFault));
	}
}

/**
 * Checks one job input against the contract and returns it as it will be sent.
 * @throws InvalidInput naming every field that is wrong
 */
export function parseJobInput(input: Readonly<Record<string, unknown>>): JobInput {
	const { success, data, error } = jobInput.safeParse(input);
	if (success) return data;
	throw InvalidInput.from(error);
}

function toFault({ path, message }: z.core.$ZodIssue): InputFault {
	return { field: path.map(String).join('.'), message };
}
