import type { Cell } from './cell';
import { commandSubjects } from './subjects/commandSubjects';
import { faultNames, services } from './matrix';
import { nodeSubjects } from './subjects/nodeSubjects';
import type { Subject } from './subjects/subject';

/** The operations of the node, and the commands of the terminal. */
export const subjects: readonly Subject[] = [...nodeSubjects, ...commandSubjects];

/** All cells of these subjects, each once to its end and once with Stop. */
export function cellsOf(chosen: readonly Subject[]): Cell[] {
	return chosen.flatMap((subject) =>
		services.flatMap((service) =>
			(subject.phases[service] ?? []).flatMap((phase) =>
				faultNames.flatMap((fault) =>
					[false, true].map((isStopped) => ({ subject, service, phase, fault, isStopped })),
				),
			),
		),
	);
}

/** By which a cell is found again in another process. */
export function nameOf({ subject, service, phase, fault, isStopped }: Cell): string {
	return [subject.name, service, phase.name, fault, isStopped ? 'stop' : 'end'].join(' | ');
}
