import { WanAvatarError } from '../../base/errors/errors';
import { InvalidInput } from '../../base/errors/invalidInput';
import type { ManagementClient } from '../../runpod/management/management';
import type { Endpoint, Template } from '../../runpod/management/managementRecords';
import { templateOf } from '../plan/existing';
import { plainName } from '../settings/plainName';
import type { Plan, PlanStep } from '../plan/plan';
import { imageNotes, NO_TEMPLATE } from '../plan/planNotes';
import { imageName } from '../settings/deploymentSettings';

/** Where an image stands: no link between the two is kept, so it is put into both. */
export interface ImageHolders {
	endpoint: Endpoint;
	template: Template | undefined;
}

export interface UpdatedImage {
	endpoint: Endpoint;
	templateId: string | null;
	changed: boolean;
}

type Editor = Pick<ManagementClient, 'updateEndpoint' | 'updateTemplate'>;

/** @throws InvalidInput when it names no image */
export function parseImage(wanted: unknown): string {
	const { success, data, error } = imageName.safeParse(wanted);
	if (!success) throw InvalidInput.from(error).relabelled(new Map([['', 'image']]));
	return data;
}

/** What putting another image in changes: nothing but that. */
export function planImage(image: string, { endpoint, template }: ImageHolders): Plan {
	return {
		name: plainName(endpoint),
		steps: [
			...(template ? [imageStep('template', template, image)] : []),
			imageStep('endpoint', endpoint, image),
		],
		kept: [],
		notes: [...imageNotes(image), ...(template ? [] : [NO_TEMPLATE])],
	};
}

function imageStep(
	resource: 'template' | 'endpoint',
	thing: Endpoint | Template,
	to: string,
): PlanStep {
	const from = thing.image ?? 'nothing';
	const changes = from === to ? [] : [{ field: 'image', from, to }];
	const action = changes.length === 0 ? 'keep' : 'update';
	return { resource, action, name: plainName(thing), id: thing.id, changes };
}

/**
 * Puts another image into the endpoint and its template; each step is safe to repeat.
 * @throws WanAvatarError that says, beside what went wrong, what has the new image already
 */
export async function putImage(
	image: string,
	{ endpoint, template }: ImageHolders,
	management: Editor,
	onStep?: (step: PlanStep) => void,
): Promise<UpdatedImage> {
	let after = endpoint;
	const steps = planImage(image, { endpoint, template }).steps.filter(
		({ action }) => action === 'update',
	);
	const done: PlanStep[] = [];
	for (const step of steps) {
		onStep?.(step);
		try {
			if (step.resource === 'endpoint')
				after = await management.updateEndpoint(endpoint, { image });
			else if (template) await management.updateTemplate(template, { image });
		} catch (error) {
			const ids = { endpoint_id: endpoint.id, template_id: template?.id ?? null };
			throw error instanceof WanAvatarError ? withWhatIsDone(error, done, ids) : error;
		}
		done.push(step);
	}
	return { endpoint: after, templateId: template?.id ?? null, changed: steps.length > 0 };
}

function withWhatIsDone(
	{ code, message, remedy, details }: WanAvatarError,
	done: readonly PlanStep[],
	ids: object,
): WanAvatarError {
	const updated = done.map(({ resource }) => resource).join(', ');
	return new WanAvatarError(code, message, {
		remedy: [remedy, ...whatIsDone(code, done)].join(' '),
		details: { ...details, ...ids, updated },
	});
}

function whatIsDone(code: WanAvatarError['code'], done: readonly PlanStep[]): string[] {
	if (done.length === 0) return code === 'CHANGE_UNKNOWN' ? [] : ['Nothing was changed.'];
	const things = done.map(({ resource, name, id }) => `${resource} ${name} (${String(id)})`);
	return [
		`The ${things.join(' and the ')} has the new image already. Updating the image again goes on from there.`,
	];
}

/** The same of an endpoint that is known by its ID; its template is looked for. */
export async function updateImage(
	management: Editor & Pick<ManagementClient, 'getEndpoint' | 'listTemplates'>,
	endpointId: string,
	wanted: unknown,
): Promise<UpdatedImage> {
	const image = parseImage(wanted);
	const endpoint = await management.getEndpoint(endpointId);
	const template = templateOf(endpoint, await management.listTemplates());
	return await putImage(image, { endpoint, template }, management);
}
