import type { Existing } from './existing';
import type { PlanOptions } from './planOptions';
import type { DeploymentSettings } from '../settings/deploymentSettings';
import { warmPlanNote } from '../workers/warmNote';
import { modelNotes } from './models';
import { workersAfter } from './workersAfter';

/** What is not wrong with a deployment, but good to know. */
export function planNotes(
	settings: DeploymentSettings,
	existing: Existing,
	{ rotateRegistryAuth = false }: PlanOptions,
): string[] {
	const { min, max } = workersAfter(settings, existing.endpoint);
	return [
		...accountNotes(existing),
		...imageNotes(settings.image),
		...without(warmPlanNote(existing.endpoint, min ?? 0)),
		...(max === 0 ? [NO_WORKERS] : []),
		...modelNotes(settings, existing.models),
		...untoldNotes(existing),
		...(existing.endpoint && !existing.template ? [NO_TEMPLATE] : []),
		...(rotateRegistryAuth ? [ROTATION] : []),
		...(rotateRegistryAuth && settings.ids.registryAuth !== undefined ? [NEW_REGISTRY_ID] : []),
	];
}

/** A note on an image whose content may change under its name. */
export function imageNotes(image: string): string[] {
	if (/[:@][^/]*$/.test(image) && !image.endsWith(':latest')) return [];
	return [
		`${image} has no version tag: RunPod keeps images on its hosts, so a new push may not be seen. Use a version tag or a digest.`,
	];
}

/** On what was read of the account, and how it was found. */
export function accountNotes(existing: Existing): string[] {
	return [
		...takenOverNote(existing),
		...(existing.areRegistryAuthsHidden ? [HIDDEN_REGISTRY_AUTHS] : []),
	];
}

const HIDDEN_REGISTRY_AUTHS =
	'The API key may not list the registry auths: none is looked at, changed or deleted.';

/** Where an ID stands in a file, it may not be the endpoint that somebody has in mind. */
function takenOverNote({ endpoint, isTakenOver }: Existing): string[] {
	if (!endpoint || !isTakenOver) return [];
	return [
		`The endpoint ${endpoint.name} is the one whose ID is given (RUNPOD_ENDPOINT_ID: ${endpoint.id}).`,
	];
}

function without(note: string | undefined): string[] {
	return note === undefined ? [] : [note];
}

const NO_WORKERS =
	'With 0 workers at most, no job will run. RunPod sets this itself after some days without a job: set max workers (RUNPOD_WORKERS_MAX) to 1 or more.';

/** Said where an endpoint exists and its template does not. */
export const NO_TEMPLATE =
	'No template of this endpoint was found, and none is made: a template only serves to make an endpoint. Give the ID of one (RUNPOD_TEMPLATE_ID) to have it changed too.';

const ROTATION =
	'While the registry auth is replaced, new workers cannot pull the image for a moment.';

const NEW_REGISTRY_ID =
	'The registry auth gets a new ID: put it in the place of the given one (RUNPOD_REGISTRY_AUTH_ID), or give none.';

function untoldNotes({ template, endpoint }: Existing): string[] {
	const things = [
		...(template && !template.env ? [`the template ${template.name} (${template.id})`] : []),
		...(endpoint && !endpoint.env ? [`the endpoint ${endpoint.name} (${endpoint.id})`] : []),
	];
	return things.map(
		(thing) =>
			`RunPod did not tell the variables of ${thing}: they are not compared, and stay as they are.`,
	);
}
