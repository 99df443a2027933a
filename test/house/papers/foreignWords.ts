/** Names in italics that are n8n's own or other nodes', or no names at all. */
export const FOREIGN_NAMES: ReadonlySet<string> = new Set([
	// n8n's editor and its settings of a node.
	'Allowed HTTP Request Domains',
	'Community nodes',
	'Continue On Fail',
	'Create credential',
	'Credentials',
	'Docs',
	'Import from File',
	'Listen for test event',
	'On Error',
	'On Error: Continue (using error output)',
	'Production URL',
	'Execute Once',
	'Retry On Fail',
	'Settings',
	'Set Manually',
	'Test URL',
	'Waiting',
	// Other nodes and their fields.
	'Attachments',
	'Description',
	'Execute Workflow',
	'Tools',
	'Send Email',
	'Wait',
	// An operation that a recipe makes up, and what the code calls 0 parallel jobs.
	'Video: Rename',
	'Automatic',
]);

/** Flags of npm and of Node. */
export const FOREIGN_FLAGS: ReadonlySet<string> = new Set([
	'--env-file',
	'--ignore-scripts',
	'--omit',
	'--prefix',
	'--silent',
]);

/** Variables that n8n and clients of AWS read, and the slip that docs/deploy.md shows. */
export const FOREIGN_VARIABLES: ReadonlySet<string> = new Set([
	'AWS_REQUEST_CHECKSUM_CALCULATION',
	'AWS_RESPONSE_CHECKSUM_VALIDATION',
	'N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE',
	'N8N_EVENTBUS_LOGWRITER_LOGBASENAME',
	'N8N_FORMDATA_FILE_SIZE_MAX',
	'N8N_GRACEFUL_SHUTDOWN_TIMEOUT',
	'N8N_PAYLOAD_SIZE_MAX',
	'RUNPOD_WORKER_MAX',
	'WEBHOOK_URL',
]);
