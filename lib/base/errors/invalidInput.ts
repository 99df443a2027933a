import type * as z from 'zod/v4';
import { WanAvatarError } from './errors';

/** One thing that is wrong with a request; `field` is empty when it concerns several fields. */
export interface InputFault {
	field: string;
	message: string;
	/** What to do about it, where the message does not say so. */
	remedy?: string;
}

/** A request that breaks the contract. Nothing was sent. */
export class InvalidInput extends WanAvatarError {
	override readonly name = 'InvalidInput';

	constructor(
		readonly faults: readonly InputFault[],
		details: Readonly<Record<string, unknown>> = {},
	) {
		const message = faults.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');
		const remedies = new Set(faults.flatMap(({ remedy }) => remedy ?? []));
		super('INVALID_INPUT', message, {
			remedy: [...remedies, 'Correct it and run again. Nothing was sent to RunPod.'].join(' '),
			details,
		});
	}

	/** The same faults under the names that the form has for the fields. */
	relabelled(labels: ReadonlyMap<string, string>): InvalidInput {
		const named = this.faults.map((fault) => ({
			...fault,
			field: labels.get(fault.field) ?? fault.field,
		}));
		return new InvalidInput(named, this.details);
	}

	override withDetails(details: Readonly<Record<string, unknown>>): InvalidInput {
		return new InvalidInput(this.faults, { ...details, ...this.details });
	}

	static from(error: z.ZodError): InvalidInput {
		return new InvalidInput(error.issues.map(toFault));
	}
}

function toFault({ path, message }: z.core.$ZodIssue): InputFault {
	return { field: path.map(String).join('.'), message };
}
