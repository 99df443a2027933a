import { expect, it } from '@jest/globals';
import { OPTION_DEFAULTS } from '../../../../../lib/generation/request/optionDefaults';
import { optionalProperties } from '../../../../../nodes/WanAvatar/actions/avatar/generateOptions';

it.each(Object.entries(OPTION_DEFAULTS))('the form shows the default of %s', (name, value) => {
	expect(optionalProperties.find((property) => property.name === name)?.default).toBe(value);
});
