import assert from 'node:assert/strict';
import fc from 'fast-check';
import { retryAfterMs, retryDelayMs } from '../../../../lib/runpod/http/retry';
import { fuzzTarget } from '../../target';

const CAP_MS = 120_000;
const HOLIDAYS_MS = Date.UTC(2026, 11, 25);

const headers = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.constantFrom('', ' ', 'soon', '1e999', '-0', '0x10', 'Infinity', 'NaN', '1,2', '٣'),
	fc.double().map(String),
	fc.integer().map((seconds) => ` ${String(seconds)}\t`),
	fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
	fc.date().map(String),
);

/** Whatever a host asks for, the wait is a number of milliseconds within the cap. */
export const retryAfter = fuzzTarget(
	'Retry-After',
	fc.property(
		headers,
		fc.nat({ max: 2 ** 41 }),
		fc.integer({ min: 1, max: 5000 }),
		fc.double({ min: 0, max: 1, noNaN: true }),
		(header, nowMs, tries, random) => {
			const asked = retryAfterMs(header, nowMs);
			const waitMs = retryDelayMs(
				{ answer: { status: 429, text: '', retryAfter: header } },
				tries,
				nowMs,
				random,
			);
			assert.ok(waitMs >= 0 && waitMs <= CAP_MS, `waits ${String(waitMs)} ms`);
			if (asked !== undefined) assert.equal(waitMs, asked);
			const seconds = Math.floor(random * 120);
			assert.equal(retryAfterMs(String(seconds), nowMs), seconds * 1000);
			const date = new Date(HOLIDAYS_MS + seconds * 1000).toUTCString();
			assert.equal(retryAfterMs(date, HOLIDAYS_MS), seconds * 1000);
		},
	),
);
