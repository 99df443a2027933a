import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { defineConfig, globalIgnores } from 'eslint/config';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const cloudRules = n8nCommunityNodesPlugin.configs.recommended;
const { community, credentials, nodes } = n8nNodesBase.configs;

export default defineConfig(
	globalIgnores(['dist/', 'dist-attack/', 'coverage/', 'demo-output/', '.n8n-demo/']),
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	{
		files: ['**/*.ts'],
		extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
		languageOptions: { parserOptions: { projectService: true } },
		rules: {
			// Leaving a field out of a copy is what the rest is for.
			'@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
		},
	},
	{
		files: ['{nodes,credentials}/**/*.ts'],
		extends: [cloudRules],
		linterOptions: { noInlineConfig: true },
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: { 'no-console': 'error' },
	},
	{ files: ['lib/**/*.ts'], linterOptions: { noInlineConfig: true } },
	{
		files: ['package.json'],
		extends: [cloudRules],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		languageOptions: {
			parser: tseslint.parser,
			parserOptions: { extraFileExtensions: ['.json'] },
		},
		rules: community.rules,
	},
	{
		files: ['credentials/**/*.ts'],
		rules: {
			...credentials.rules,
			// n8n's own scanner turns these two off for community packages.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
			'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		rules: {
			...nodes.rules,
			// The scanner's choice again: inputs and outputs may be NodeConnectionTypes.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
		},
	},
);
