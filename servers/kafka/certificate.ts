import { realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

/** A key with a self-signed certificate, which is its own certificate authority. */
export interface Certificate {
  /** Path of the key and the certificate, PKCS #12. */
  readonly keystore: string
  /** Path of the certificate for clients, PEM. */
  readonly ca: string
}

/**
 * Creates a certificate for 127.0.0.1 and localhost, valid for a day, with `keytool`, which is in the folder of `java`.
 *
 * @param folder for both files
 * @param password of the keystore, at least six characters
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
  const key = ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '1']
  const subject = [
    '-alias',
    'broker',
    '-dname',
    'CN=localhost',
    '-ext',
    names,
    '-ext',
    'BC=ca:true',
  ]
  await execa(keytool, [...key, ...subject, ...store])
  const { stdout } = await execa(keytool, ['-exportcert', '-rfc', '-alias', 'broker', ...store])
  await writeFile(ca, stdout)
  return { keystore, ca }
}
