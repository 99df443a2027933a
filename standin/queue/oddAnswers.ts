import { withField } from '../wire/spoiledBody';
import type { WireFault } from '../wire/wireFault';

type Odd = WireFault & { kind: 'edit' };

/** The answer of another job: its `id` is not the one that was asked for. */
export const otherJob: Odd = edited((body) =>
	withField(body, 'id', '"00000000-0000-4000-8000-000000000000-u1"', { intoOutput: false }),
);

/** A field of `output` whose name means something to JavaScript. */
export function fieldNamed(name: 'constructor' | '__proto__'): Odd {
	return edited((body) => withField(body, name, '{"polluted":true}'));
}

/** A number in `output` that is JSON and no number of JavaScript. */
export const hugeNumber: Odd = edited((body) => withField(body, 'seed', '1e400'));

/** An `error` of so many bytes of hex. */
export function hexError(sizeBytes: number): Odd {
	const error = `"${'0123456789abcdef'.repeat(Math.ceil(sizeBytes / 16))}"`;
	return edited((body) => withField(body, 'error', error, { intoOutput: false }));
}

function edited(edit: (body: string) => string): Odd {
	return { kind: 'edit', edit };
}
