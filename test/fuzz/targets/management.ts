import fc from 'fast-check';
import { openAccount } from '../management/account';
import { assertAnswers } from '../management/requests';
import { stepLists } from '../management/steps';
import { fuzzTarget } from '../target';

const habits = fc.record({
	bindsTemplates: fc.boolean(),
	keepsUsedRegistries: fc.boolean(),
	pageSize: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
	quota: fc.oneof(
		{ weight: 5, arbitrary: fc.constant(undefined) },
		{ weight: 1, arbitrary: fc.nat({ max: 12 }) },
	),
});

/** Whatever is asked in whatever order, the stand-in answers as the OpenAPI file says and has what it was told. */
export const management = fuzzTarget(
	'management API of the stand-in',
	fc.asyncProperty(habits, stepLists, async (chosen, all) => {
		const account = await openAccount(chosen);
		try {
			await assertAnswers(account, all, chosen);
		} finally {
			await account.close();
		}
	}),
	{ weight: 3 },
);
