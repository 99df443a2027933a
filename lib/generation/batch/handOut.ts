import type { InlineVideo } from '../../base/data/inlineText';
import { WanAvatarError } from '../../base/errors/errors';
import { settle, type End } from '../../base/errors/settled';
import { knownFacts, type JobReport } from '../report/report';
import type { GenerationRequest, RunOptions } from '../request/ports';
import { markDelivered, type Given } from './delivered';
import type { Result } from '../run/generate';
import { tallyOf, tallyText } from './tally';
import type { Run } from './runAll';

/** What a report is handed out with. */
export interface HandedAlong {
	/** A video that lies nowhere else. */
	video: InlineVideo | undefined;
	/** Once it is aborted, nobody waits for what is handed out. */
	signal: AbortSignal;
}

/** Makes of a report what the item gives out; where that fails, the result counts as not given out. */
export type HandOut<T> = (
	report: JobReport,
	request: GenerationRequest,
	index: number,
	along: HandedAlong,
) => Promise<T>;

/** What is left of an item: no more than its note needs, since there may be thousands. */
export interface FinishedItem<T> extends Given {
	given: T;
}

/** @throws WanAvatarError with the facts of the result where it could not be handed out */
export async function handOutResult<T>(
	{ video, ...result }: Result,
	request: GenerationRequest,
	handOut: (report: JobReport, video: InlineVideo | undefined) => Promise<T>,
): Promise<FinishedItem<T>> {
	const given = await settle(handOut(withNotes(result.report, request), video));
	if ('value' in given)
		return { ...result, isInline: video !== undefined, request, given: given.value };
	const { error } = given;
	const facts = knownFacts(result.report);
	throw error instanceof WanAvatarError ? error.withDetails(facts) : error;
}

function withNotes(report: JobReport, { notes = [] }: GenerationRequest): JobReport {
	return notes.length === 0 ? report : { ...report, warnings: [...notes, ...report.warnings] };
}

/** The ends with what was handed out; what the run gives out is noted as delivered. */
export async function givenOut<T>(
	ends: readonly End<FinishedItem<T>>[],
	{ ports, runAborted, costs }: Run,
	{ stopOnFault }: Pick<RunOptions, 'stopOnFault'>,
): Promise<End<T>[]> {
	const made = ends.flatMap((end) => ('value' in end ? [end.value] : []));
	// Where an error ends the node nothing is given out, also where the others went on.
	const isGivenOut = !runAborted.aborted && !(stopOnFault && made.length < ends.length);
	if (isGivenOut) await markDelivered(made, ports);
	const summary = tallyText(await tallyOf(ends, { ports, costs }));
	if (summary !== undefined) ports.onSummary?.(summary);
	return ends.map((end) => ('value' in end ? { value: end.value.given } : end));
}
