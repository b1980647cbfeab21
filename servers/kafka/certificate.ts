import { execFile } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A key with a certificate signed by itself, so that the certificate is the authority as well. */
export interface Certificate {
  /** The key and the certificate, PKCS #12. */
  readonly keystore: string
  /** The certificate for clients, PEM. */
  readonly ca: string
}

/**
 * Makes a certificate for 127.0.0.1 and localhost, good for a day, with the program `keytool` that lies beside `java`.
 * @param folder where both files are written
 * @param password of the keystore, six characters at least
 */
export async function makeCertificate(
  java: string,
  folder: string,
  password: string,
): Promise<Certificate> {
  const keytool = join(dirname(realpathSync(java)), 'keytool')
  const keystore = join(folder, 'broker.p12')
  const ca = join(folder, 'ca.pem')
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', password]
  const names = 'SAN=IP:127.0.0.1,DNS:localhost'
  await run(keytool, [
    ...['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '1'],
    ...[
      '-alias',
      'broker',
      '-dname',
      'CN=localhost',
      '-ext',
      names,
      '-ext',
      'BC=ca:true',
      ...store,
    ],
  ])
  const { stdout } = await run(keytool, ['-exportcert', '-rfc', '-alias', 'broker', ...store])
  await writeFile(ca, stdout)
  return { keystore, ca }
}
