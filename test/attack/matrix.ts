import type { ObjectStoreFault } from '../../standin/objectStore/objectStore';
import type { Often, WireFault } from '../../standin/wire/wireFault';

/** What the short-limit build multiplies all limits of requests by. */
export const LIMIT_SCALE = 0.05;
/** Where that build is. */
export const ATTACKED_FOLDER = 'dist-attack';

export const services = ['queue', 'management', 'MinIO'] as const;
export type Service = (typeof services)[number];

export const faultNames = [
	'silent',
	'dripping',
	'20 MB',
	'deep',
	'HTML',
	'3xx',
	'403 once',
	'404 twice',
	'cut mid-body',
] as const;
export type FaultName = (typeof faultNames)[number];

/** How a fault of the table is played. */
export interface Attack {
	/** Of an API that speaks JSON. */
	api: Often & (WireFault | { kind: 'answer'; status: number });
	/** Of the object store. */
	store: ObjectStoreFault;
	/** Whether the answer to a submit still tells the job's id. */
	tellsJobId: boolean;
	/** Whether a job can end well in spite of it, so that it is let end. */
	letsJobEnd: boolean;
	/** Whether it is a lasting refusal, which never cancels a job: it may well be running, and be paid for. */
	refuses?: boolean;
}

/** `elsewhere` is an address that nobody may be led to. */
export function attackOf(name: FaultName, elsewhere: string): Attack {
	const times = Infinity;
	const bad = { tellsJobId: false, letsJobEnd: false };
	const both = (fault: WireFault) => ({ api: { times, ...fault }, store: { times, ...fault } });
	switch (name) {
		case 'silent':
			return { ...both({ kind: 'silent' }), ...bad };
		case 'dripping':
			return {
				api: { kind: 'drip', times },
				// An answer to HEAD has no body that could drip.
				store: { kind: 'drip', from: 'statusLine', times },
				...bad,
			};
		case '20 MB':
			return { ...both({ kind: 'large' }), ...bad };
		case 'deep':
			return { ...both({ kind: 'deep' }), tellsJobId: true, letsJobEnd: true };
		case 'HTML':
			return { ...both({ kind: 'html' }), ...bad };
		case '3xx':
			return { ...both({ kind: 'redirect', to: elsewhere }), ...bad, refuses: true };
		case '403 once':
			return { ...answers(403, 1), tellsJobId: false, letsJobEnd: true };
		case '404 twice':
			return { ...answers(404, 2), tellsJobId: false, letsJobEnd: true };
		case 'cut mid-body':
			return { ...both({ kind: 'cutMidBody' }), ...bad };
	}
}

function answers(status: number, times: number): Pick<Attack, 'api' | 'store'> {
	return { api: { kind: 'answer', status, times }, store: { status, times } };
}
