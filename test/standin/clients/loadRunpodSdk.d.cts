export function loadRunpodSdk(): Promise<typeof import('runpod-sdk')>;
