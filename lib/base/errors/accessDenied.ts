import { WanAvatarError, type ErrorFacts } from './errors';

/** The store refuses what it is asked for, with 401 or 403: a link that the same key signs would not open either. */
export class StoreRefusal extends WanAvatarError {
	override readonly name: string = 'StoreRefusal';

	constructor(message: string, facts: ErrorFacts) {
		super('STORAGE', message, facts);
	}

	override withDetails(details: Readonly<Record<string, unknown>>): StoreRefusal {
		const { message, remedy } = this;
		return new StoreRefusal(message, { remedy, details: { ...details, ...this.details } });
	}
}

/** The store knows the access key, and does not give it the right. */
export class AccessDenied extends StoreRefusal {
	override readonly name = 'AccessDenied';

	override withDetails(details: Readonly<Record<string, unknown>>): AccessDenied {
		const { message, remedy } = this;
		return new AccessDenied(message, { remedy, details: { ...details, ...this.details } });
	}
}
