/** Sentences of the room launch, and about servers. */
export const launchMessages = {
	'launch.no-hub': 'Jobs of Hugging Face need the Hub, and it is not connected here.',
	'launch.handle-broken':
		'What the run folder says of its {kind} job is not what Eval Lens wrote there. Look for the job yourself, and delete jobs.json.',
	'launch.not-found': '`{command}` was not found on this computer. Install it, or put it on the PATH.',
	'launch.not-started': '`{command}` could not be started: {reason}',
	'launch.too-slow':
		'`{command}` did not answer within {seconds} seconds and was ended. The computer behind it, or its file system, may hang.',
	'launch.this-computer': 'this computer',
	'launch.windows':
		'Eval Lens starts servers by a POSIX shell, which Windows does not have. Start the server yourself and name its address as `url`, or work inside WSL.',
	'launch.script-failed': 'What starts and follows jobs failed on {where}: {reason}',
	'launch.port-taken':
		'Something listens on the port {port} of {where} already, so that the answers might be those of another server. End it, or write another `port`.',
	'launch.label-used': 'A job named {label} was started on {where} before. Start the run anew.',

	'launch.not-listening': 'nothing listens on its port yet',
	'launch.exited': 'The command ended with exit code {code}. Its whole log is {folder}/log; its last lines:\n{log}',
	'launch.killed':
		'The command was killed from outside, or the computer was restarted: it left no exit code. Its whole log is {folder}/log; its last lines:\n{log}',
	'launch.no-trace': 'Nothing is known of the job any more: {folder} is gone.',
	'launch.elsewhere':
		'The job was started on the computer {there}, and {where} is another one now, which shares its files. Write {there} as `host`, so that always the same one is reached; a job that still runs has to be ended there.',
	'launch.not-gone':
		'The job {label} could not be ended on {where}: its processes {processes} are still there. End them there by hand.',

	'launch.ssh.no-host':
		'ssh does not know the host {host} ({reason}). Check how `host` is written, your ssh configuration, and the network.',
	'launch.ssh.unknown-key':
		'The key of {host} is not known to ssh yet, and Eval Lens does not accept it for you. Run `ssh {host}` once in a terminal, compare the key and accept it. ({reason})',
	'launch.ssh.changed-key':
		'The key of {host} is another one than ssh knows: the computer was set up anew, or somebody stands in between. Nothing was sent. Run `ssh {host}` in a terminal to see what to do.',
	'launch.ssh.refused':
		'{host} did not let ssh in ({reason}). Check that `ssh {host}` works in a terminal without a question: a key with a passphrase must be in the agent (`ssh-add`).',
	'launch.ssh.unreachable':
		'{host} cannot be reached by ssh ({reason}). Check that it is switched on, and the network or VPN.',
	'launch.ssh.lost': 'The connection to {host} broke off ({reason}). Try again.',
	'launch.ssh.no-forwarding':
		'{host} does not let ssh forward ports, so the server there cannot be reached. Ask its administrator for AllowTcpForwarding, or start the server where you can name its address as `url`. ({reason})',
	'launch.ssh.failed':
		'ssh could not run commands on {host}: {reason}. Check that `ssh {host} "sh -c date"` works in a terminal.',

	'launch.slurm.missing':
		'There is no `sbatch` on {where}. Name the login node of the cluster as `host`, or load the module that brings Slurm there for logins without a terminal.',
	'launch.slurm.refused': 'Slurm on {where} did not take the job: {reason}',
	'launch.slurm.undecided':
		'The Slurm job {label} is still being submitted on {where}, so that nobody knows yet whether it will run. Try again in some minutes.',
	'launch.slurm.unreachable': 'Slurm on {where} could not be asked about the job: {reason}',
	'launch.slurm.waiting': 'waits in the queue ({reason})',
	'launch.slurm.node-starts': 'its node is being started',
	'launch.slurm.state': 'Slurm says {state}',
	'launch.slurm.ended': '{how} The whole log is {folder}/log; its last lines:\n{log}',
	'launch.slurm.exited': 'The job ended with exit code {code}.',
	'launch.slurm.failed': 'The job failed.',
	'launch.slurm.cancelled': 'The job was cancelled.',
	'launch.slurm.timeout': 'The job reached its time limit. Write a longer `time`.',
	'launch.slurm.memory': 'The job needed more memory than it was given.',
	'launch.slurm.node': 'The node of the job failed. Start the run again.',
	'launch.slurm.preempted': 'The job had to make room for another one. Start the run again.',
	'launch.slurm.no-trace': 'Slurm has forgotten the job, and {folder} holds no word of its end.',
	'launch.slurm.not-running': 'The Slurm job {id} does not run, so there is no server to reach.',
	'launch.slurm.loopback':
		'The server listens on {node} for that node alone, so that {host} cannot reach it. Let the command listen on all addresses: `--host 0.0.0.0`.',
	'launch.slurm.not-gone':
		'The Slurm job {id} could not be ended on {where}: {reason}. End it there with `scancel {id}`.',
} as const;
