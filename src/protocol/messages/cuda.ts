/** Sentences about installing CUDA support. */
export const cudaMessages = {
	'cuda.platform':
		'CUDA support can be installed on Linux with an x64 processor; this is {platform}. On Windows use `device: dml` or `webgpu`, on a Mac `coreml` or `webgpu`: they need no installation.',
	'cuda.no-runtime': 'There is no ONNX Runtime in {folder}, so nothing can be added to it. Install Eval Lens anew.',
	'cuda.consent':
		'CUDA support for ONNX Runtime {version} is {size} MB, downloaded from {host} (package {name}) into {folder}. It needs an NVIDIA driver, CUDA 12 and cuDNN 9 on this computer, which it does not bring along.',
	'cuda.already': 'CUDA support is installed already.',
	'cuda.installed-usable':
		'CUDA support is installed and works. Use it with `device: cuda`; fp32 files use it with `device: auto`.',
	'cuda.installed-unusable': 'CUDA support is installed, but cannot be used yet: {reason}.',
	'cuda.needs-yes': 'Nothing was installed: there is no terminal to ask. Agree with --yes.',
	'cuda.declined': 'Nothing was installed.',
	'cuda.unreachable':
		'{host} cannot be reached ({reason}). What was received is kept: try again later, or behind a proxy set NODE_USE_ENV_PROXY=1 with HTTPS_PROXY.',
	'cuda.refused': '{host} answered {status} for {what}. Try again later.',
	'cuda.foreign-answer': '{host} does not answer as a NuGet registry ({what}). A proxy may be in between.',
	'cuda.not-https': 'The registry names the address {address}, which is not https: nothing is downloaded from there.',
	'cuda.checksum':
		'The package {name} {version} arrived damaged: it does not have the checksum that its registry publishes. It was deleted; try again.',
	'cuda.broken-package': 'The package {name} {version} does not hold what it should: {reason}. Nothing was installed.',
	'cuda.no-space':
		'The disk has no room: {needed} MB are needed in {folder}, {free} MB are free. Free some space, or set XDG_CACHE_HOME to a folder on another disk.',
	'cuda.disk-full':
		'The disk is full: {folder} could not be written. Free some space, or set XDG_CACHE_HOME to a folder on another disk; what was received is kept.',
	'cuda.not-writable':
		'{folder} could not be written ({code}). Check its permissions, or set XDG_CACHE_HOME to another folder.',
} as const satisfies Record<string, string>;
