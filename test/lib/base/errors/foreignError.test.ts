import { expect, it } from '@jest/globals';
import { codeOf, messageOf } from '../../../../lib/base/errors/foreignError';

const circular = new Error('circular');
Object.assign(circular, { cause: circular, errors: [circular] });
const throwing = Object.defineProperty(new Error('x'), 'message', {
	get: () => {
		throw new Error('within a getter');
	},
});
const trap = () => {
	throw new Error('within a trap');
};
const proxy = new Proxy(new Error('x'), { has: trap, get: trap });

it.each<[string, unknown, string | undefined, string]>([
	['an error of Node', Object.assign(new Error('a'), { code: 'EPIPE' }), 'EPIPE', 'a'],
	['its cause', new Error('b', { cause: { code: 'ECONNRESET' } }), 'ECONNRESET', 'b'],
	['one of several', new AggregateError([{ code: 'ENOENT' }], 'c'), 'ENOENT', 'c'],
	['one that is its own cause', circular, undefined, 'circular'],
	['one whose message throws', throwing, undefined, 'unknown error'],
	['one that nothing can be read of', proxy, undefined, 'unknown error'],
	['a text', 'd', undefined, 'd'],
	['nothing', undefined, undefined, 'undefined'],
])('code and words of %s', (_what, error, code, message) => {
	expect(codeOf(error)).toBe(code);
	expect(messageOf(error)).toBe(message);
});
