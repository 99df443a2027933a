import { WanAvatarError, type ErrorFacts } from './errors';

/** The store knows the access key, and refuses what it asks for. */
export class AccessDenied extends WanAvatarError {
	override readonly name = 'AccessDenied';

	constructor(message: string, facts: ErrorFacts) {
		super('STORAGE', message, facts);
	}

	override withDetails(details: Readonly<Record<string, unknown>>): AccessDenied {
		const { message, remedy } = this;
		return new AccessDenied(message, { remedy, details: { ...details, ...this.details } });
	}
}
