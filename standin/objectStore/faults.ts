import type { S3Request } from './request';

interface FaultMatch {
	/** Each of the three matches everything when it is not given. */
	method?: string;
	bucket?: string;
	key?: string;
	/** How many requests it meets; default 1. */
	times?: number;
}

/** An answer in place of the real one; without a body it is the XML error of the code. */
export interface StatusFault extends FaultMatch {
	status: number;
	code?: string;
	body?: string;
	/** Default application/xml. */
	contentType?: string;
}

/** The connection ends without an answer. */
export interface CutFault extends FaultMatch {
	cut: true;
}

/** The real answer, but late. */
export interface DelayFault extends FaultMatch {
	delayMs: number;
}

export type ObjectStoreFault = StatusFault | CutFault | DelayFault;

/** Planted faults, in the order planted. */
export class Faults {
	readonly #planted: { fault: ObjectStoreFault; left: number }[] = [];

	plant(fault: ObjectStoreFault): void {
		this.#planted.push({ fault, left: fault.times ?? 1 });
	}

	/** The first fault that matches; it is used up by that. */
	take(request: S3Request): ObjectStoreFault | undefined {
		const found = this.#planted.find(({ fault, left }) => left > 0 && matches(fault, request));
		if (found) found.left -= 1;
		return found?.fault;
	}
}

function matches({ method, bucket, key }: FaultMatch, request: S3Request): boolean {
	return (
		(method ?? request.method) === request.method &&
		(bucket ?? request.bucket) === request.bucket &&
		(key ?? request.key) === request.key
	);
}
