/** A model of Hugging Face at one revision, as RunPod writes it: `https://huggingface.co/Org/Model:main`. */
export interface ModelReference {
	/** `Org/Model` */
	repository: string;
	/** `main`, or a commit. */
	revision: string;
}

const ADDRESS =
	/^(?:https:\/\/huggingface\.co\/)?(?!huggingface\.co\/|(?:datasets|spaces)\/)(\w[\w.-]*\/\w[\w.-]*?)(?::([\w./-]+)|\/tree\/([\w./-]+))?\/?$/;

/** `main` is what a commit is shown for, so a branch or tag of another name could never be compared. */
export const REVISION = /^(main|[0-9a-f]{40})$/;

/** A model as it is written by a person, with `main` where no revision is named; nothing where it is no such thing. */
export function modelReferenceIn(text: string): ModelReference | undefined {
	const [, repository, revision, branch] = ADDRESS.exec(text.trim()) ?? [];
	if (repository === undefined) return undefined;
	return { repository, revision: revision ?? branch ?? 'main' };
}

/** As RunPod takes it. */
export function modelAddress({ repository, revision }: ModelReference): string {
	return `https://huggingface.co/${repository}:${revision}`;
}

/** Whether what RunPod shows is what is wanted: it shows the commit that it took for `main`. */
export function isModel(wanted: string, shown: string): boolean {
	const [one, other] = [modelReferenceIn(wanted), modelReferenceIn(shown)];
	if (!one || !other) return wanted === shown;
	const isSame = one.repository.toLowerCase() === other.repository.toLowerCase();
	return isSame && (one.revision === other.revision || isCommitForMain(one, other));
}

function isCommitForMain(wanted: ModelReference, shown: ModelReference): boolean {
	return wanted.revision === 'main' && /^[0-9a-f]{40}$/.test(shown.revision);
}
