import { expect, test } from 'vitest';
import { sshFailure } from './sshFailures';
import { openSsh, parseSettings } from './sshProgram';

test.each([
	['ssh: Could not resolve hostname gpu: Name or service not known', 'no-host'],
	['Host key verification failed.', 'unknown-key'],
	['No ED25519 host key is known for gpu and you have requested strict checking.', 'unknown-key'],
	['@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.', 'changed-key'],
	['me@gpu: Permission denied (publickey,password).', 'refused'],
	['Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures', 'refused'],
	['ssh: connect to host gpu port 22: Connection refused', 'unreachable'],
	['ssh: connect to host gpu port 22: Connection timed out', 'unreachable'],
	['ssh: connect to host gpu port 22: No route to host', 'unreachable'],
	['kex_exchange_identification: Connection closed by remote host', 'lost'],
	['client_loop: send disconnect: Broken pipe', 'lost'],
	['Timeout, server gpu not responding.', 'lost'],
	['channel 1: open failed: administratively prohibited: open failed', 'no-forwarding'],
	['/home/me/.ssh/config: line 3: Bad configuration option: hots', 'failed'],
	// The host in between tells the reason, the end only that it is closed.
	['me@jump: Permission denied (publickey).\nConnection closed by UNKNOWN port 65535', 'refused'],
])('%s', (said, code) => {
	expect(sshFailure('gpu', said).reason).toMatchObject({ code: `launch.ssh.${code}`, params: { host: 'gpu' } });
});

test('reads of a configuration what matters', () => {
	expect(parseSettings('controlmaster auto\ncontrolpersist no\n')).toEqual({ keepsShared: false, forwards: false });
	expect(parseSettings('controlpersist 600\nlocalforward 8888 [localhost]:8888\n')).toEqual({
		keepsShared: true,
		forwards: true,
	});
	expect(parseSettings('')).toEqual({ keepsShared: false, forwards: false });
});

test('an option is no host', () => {
	expect(() => openSsh('-oProxyCommand=id', {})).toThrow('host');
});
