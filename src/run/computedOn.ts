import type { Launch } from '../config/launch';
import type { EndpointRecord } from './record';

const serverNames = {
	vllm: 'vLLM',
	sglang: 'SGLang',
	'llama.cpp': 'llama.cpp',
	tgi: 'TGI',
	ollama: 'Ollama',
	openai: 'OpenAI-compatible server',
} as const satisfies Record<EndpointRecord['server'], string>;

/** "vLLM 0.11.0". */
export function serverName({ server, version }: Pick<EndpointRecord, 'server' | 'version'>): string {
	return version === null ? serverNames[server] : `${serverNames[server]} ${version}`;
}

/**
 * Where a server computed: "Hugging Face a10g-small", "ssh gpu", or its address.
 * @param launch As the evaluation has it, which may have been changed since.
 */
export function serverPlace(
	record: Pick<EndpointRecord, 'launch' | 'host' | 'hardware'>,
	launch: Launch | null,
): string {
	const { host, hardware } = record;
	switch (record.launch) {
		case 'hf_jobs':
			return ['Hugging Face', hardware].filter(Boolean).join(' ');
		case 'slurm':
			return ['Slurm', hardware].filter(Boolean).join(' ');
		case 'ssh':
			// The address that was asked is the tunnel's, of this computer.
			return launch?.kind === 'ssh' ? `ssh ${launch.host}` : 'ssh';
		default:
			return host;
	}
}
