/** Self-signed certificates for loopback, made by openssl when a test needs one. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDirectory } from './temp-directory.ts';

export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** @param folder default: one that is gone when the test is */
export function makeCertificate(commonName = 'localhost', folder = tempDirectory()): TestCertificate {
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const config = join(folder, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name=dn\n[dn]\n');
  const subject = ['-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  execFileSync(
    'openssl',
    ['req', '-x509', '-config', config, ...key, '-out', certFile, '-days', '2', ...subject],
    { stdio: 'pipe' },
  );
  return { certFile, keyFile };
}
